"""Mappings that ship with mcmgraph, to be named without a path: ``mcmgraph load table FILE --mapping gavi_shipments``."""
