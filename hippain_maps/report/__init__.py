"""The page that goes into the file, and a page in plain words for the patient.

`write_report` writes a PDF or PNG, `report_bytes` returns one, and `report_pages` gives the pages
as figures. What a report is about is a `Case`, made by hand or from a visit in the store::

    case = Case.of_visit(store, 12)
    write_report("report.pdf", case, atlas, language="de")
    write_report("for_you.pdf", case, atlas, for_patient=True)

Limits
------
A report says what `hippain_maps.ranking` says, with the same limits: candidates to examine, never a
diagnosis. The translations are by the project and not clinically validated.
"""

from hippain_maps.report.case import Case
from hippain_maps.report.files import Kind, Options, report_bytes, report_pages, write_report
from hippain_maps.report.flow import PAPERS

__all__ = [
    "PAPERS",
    "Case",
    "Kind",
    "Options",
    "report_bytes",
    "report_pages",
    "write_report",
]
