"""The viewer: a server on this machine alone, and the page that it serves.

`app` puts it together, `guard` decides who may ask at all, the ``*_routes`` answer, and the other
modules turn what the library returns into plain data. Nothing here ranks or measures. Needs the
extra ``viewer``.
"""
