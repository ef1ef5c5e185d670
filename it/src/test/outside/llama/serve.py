# SPDX-FileCopyrightText: The Freehold authors
# SPDX-License-Identifier: Apache-2.0
"""llama.cpp's own server on loopback, at any free port: prints where, and ends with its input."""
import sys

import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.hostnames = ["127.0.0.1"]
params.port = 0
params.n_ctx = 1024
params.n_parallel = 1
params.cpuparams.n_threads = 1
params.warmup = False
server = xllamacpp.Server(params)
print('{"server":"%s"}' % server.listening_address, flush=True)
sys.stdin.read()
