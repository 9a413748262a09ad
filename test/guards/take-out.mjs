/**
 * Takes each guard of SECURITY.md out of a copy of the project, one at a time, and sees its test fail: a test that would not fail proves
 * nothing. Ends with 1 when one does not. `node test/guards/take-out.mjs [part of a threat]`; needs a Postgres in
 * CORDBOARD_TEST_POSTGRES, or starts the embedded one for each row.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const wanted = process.argv[2] ?? '';
const guards = JSON.parse(readFileSync('test/guards/guards.json', 'utf8'));
const copy = mkdtempSync(path.join(tmpdir(), 'cordboard-guards-'));

function build() {
  execFileSync(process.execPath, ['node_modules/@nestjs/cli/bin/nest.js', 'build'], { cwd: copy });
}

/** Of one test by its name, in the copy. */
function outcomeOf({ file, name }) {
  const report = path.join(copy, 'report.json');
  rmSync(report, { force: true });
  const pattern = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const jest = ['node_modules/jest/bin/jest.js', file, '-t', pattern, '--json', `--outputFile=${report}`];
  spawnSync(process.execPath, ['--experimental-vm-modules', ...jest], {
    cwd: copy,
    stdio: 'ignore',
    timeout: 240_000,
  });
  const { numFailedTests, numPassedTests, numRuntimeErrorTestSuites } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  if (numRuntimeErrorTestSuites > 0) return 'the test could not run';
  if (numFailedTests > 0) return 'fails';
  return numPassedTests > 0 ? 'PASSES' : 'there is no such test';
}

/** What the cuts replaced, by file. */
function cut(cuts) {
  const before = new Map();
  for (const { file, out, in: put } of cuts) {
    const place = path.join(copy, file);
    const text = readFileSync(place, 'utf8');
    if (!before.has(place)) before.set(place, text);
    if (text.split(out).length !== 2) throw new Error(`${file} has not exactly one: ${out}`);
    writeFileSync(
      place,
      text.replace(out, () => put),
    );
  }
  return before;
}

let unproven = 0;
try {
  for (const file of execFileSync('git', ['ls-files'], { encoding: 'utf8' }).trim().split('\n'))
    cpSync(file, path.join(copy, file));
  symlinkSync(path.resolve('node_modules'), path.join(copy, 'node_modules'));
  build();
  for (const { threat, test, cuts, needsBuild } of guards.filter((guard) => guard.threat.includes(wanted))) {
    const before = cut(cuts);
    if (needsBuild) build();
    const outcome = outcomeOf(test);
    for (const [place, text] of before) writeFileSync(place, text);
    if (needsBuild) build();
    if (outcome !== 'fails') unproven += 1;
    process.stdout.write(`${outcome.padEnd(8)} ${threat}\n`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
process.stdout.write(unproven === 0 ? 'Each guard is held by its test.\n' : `${unproven} are not held.\n`);
process.exitCode = unproven === 0 ? 0 : 1;
