"""The questions on the server: what ``MCMGRAPH_ENGINE=server`` runs, for graphs that do not fit into one machine's memory.

A Neo4j server holds the whole graph, and Cypher finds in it the part that a question depends on: links of the right sort and
time around the entities that matter. The rules of the question then run on that part, so the answer is that of the kernel,
to the last milli-point. ``reading`` reads parts; ``paths``, ``coverage``, ``neighbourhood`` and ``search`` say which part each
question depends on, and why that is enough.
"""
