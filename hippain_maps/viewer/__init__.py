"""The viewer: a server on this machine alone, and the page that it serves.

`app` puts it together and `server` runs it, `guard` decides who may ask at all, the ``*_routes``
answer, the ``*_data`` turn what the library returns into plain data, `work` keeps the unsaved
drawing, and `pairing` lets one patient draw on a second device. Nothing here ranks or measures.
Needs the extra ``viewer``; pairing needs ``pair``.
"""
