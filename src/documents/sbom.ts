/**
 * `npm run sbom`: prints the bill of materials of what runs in production, CycloneDX in JSON. Run from the project's folder; asks npm,
 * and needs no network.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { inProduction, type BillOfMaterials } from './bill-of-materials.js';

const args = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only', '--loglevel=error'];
const written = execFileSync('npm', args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
const bill: BillOfMaterials = JSON.parse(written);
const lockfile = readFileSync('package-lock.json', 'utf8');
process.stdout.write(`${JSON.stringify(inProduction(bill, lockfile), null, 2)}\n`);
