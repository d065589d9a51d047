"""The program that runs on each node: devices, their publication, preparation, health, metrics.

It runs inside a pod with nothing but the standard library, grpcio, protobuf and prometheus-client,
so its modules import nothing else of Plimsoll than `plimsoll.errors`.
"""
