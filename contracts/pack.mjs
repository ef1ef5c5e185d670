// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
//
// Writes what ledger needs of the built contracts into its resources: ABI, creation code and runtime code, one file a
// contract. With --check it compares instead, so that nothing in the jar is other than what the sources give.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const CONTRACTS = [
  'ERC3009DepositCollector',
  'EvidenceAnchor',
  'PaymentChannels',
  'Permit2DepositCollector',
  'ProviderRegistry',
  'TestDollar',
  'WorkToken',
];
const folder = new URL('../ledger/src/main/resources/dev/freehold/ledger/contract/', import.meta.url);
const check = process.argv.includes('--check');
let differing = 0;
mkdirSync(folder, { recursive: true });
for (const name of CONTRACTS) {
  const built = JSON.parse(readFileSync(new URL(`target/out/${name}.sol/${name}.json`, import.meta.url)));
  const text =
    JSON.stringify(
      {
        name,
        abi: built.abi,
        bytecode: built.bytecode.object,
        deployedBytecode: built.deployedBytecode.object,
      },
      null,
      1,
    ) + '\n';
  const file = new URL(`${name}.json`, folder);
  if (!check) {
    writeFileSync(file, text);
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`${name}: what ledger has is not what the sources give; contracts/check.sh --update packs it again`);
    differing++;
  }
}
if (differing === 0) console.log(`contracts: ${CONTRACTS.length} ${check ? 'are what the sources give' : 'packed'}`);
process.exit(differing === 0 ? 0 : 1);
