#!/usr/bin/env node
// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
//
// The compiler as forge expects it: npm's solc (JavaScript) behind the two options of the native program that forge uses.
const { createRequire } = require('node:module');
const { readFileSync } = require('node:fs');
const solc = createRequire(__filename)('solc');

if (process.argv.includes('--version')) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
} else if (process.argv.includes('--standard-json')) {
  process.stdout.write(solc.compile(readFileSync(0, 'utf8')));
} else {
  process.stderr.write('solc: only --version and --standard-json are answered here\n');
  process.exit(64);
}
