/**
 * The vendor's descriptions that live outside of the repository, in the folder VENDOR_SPECS. Without it the tests that need them say
 * that they are left out.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const folder = process.env['VENDOR_SPECS'];

/** Runs `tests` with the parsed file, or one test in their place that says what is missing. */
export function withVendorSpec(file: string, tests: (spec: unknown) => void): void {
  if (folder === undefined || folder === '') {
    process.stderr.write(`VENDOR_SPECS is not set: the tests against ${file} are left out\n`);
    it(`is left out: the tests against ${file} need VENDOR_SPECS`, () => {
      expect(folder ?? '').toBe('');
    });
    return;
  }
  tests(JSON.parse(readFileSync(path.join(folder, file), 'utf8')));
}
