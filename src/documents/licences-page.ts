/**
 * `docs/licences.md`: under which licence each package of the service is. Read from the lockfile and not from what is installed, which
 * differs between platforms.
 */
import { table } from './table.js';

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
}

interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

export interface Licensed {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
}

/** Packages whose manifest names its licence in the old form, a list, which the lockfile leaves out: read in the manifests. */
const IN_OLD_FORM: Readonly<Record<string, string>> = { busboy: 'MIT', streamsearch: 'MIT' };

const HEAD = `# Licences

<!-- Written by \`npm run docs\` from package-lock.json. -->

What the service needs to run is under these licences, none of which asks more than that its text be kept. A test refuses any other.
\`npm run sbom\` prints the same packages as a CycloneDX bill of materials.`;

/** @param lockfile the text of package-lock.json. */
export function licensedPackages(lockfile: string): readonly Licensed[] {
  const { packages }: Lockfile = JSON.parse(lockfile);
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, { version = '', license }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return { name, version, licence: license ?? IN_OLD_FORM[name] ?? 'not stated' };
    })
    .toSorted((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

export function licencesPage(lockfile: string): string {
  const packages = licensedPackages(lockfile);
  const counts = new Map<string, number>();
  for (const { licence } of packages) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  const totals = [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return `${[
    HEAD,
    '',
    ...table(
      ['Licence', 'Packages'],
      totals.map(([licence, count]) => [licence, String(count)]),
    ),
    '',
    ...table(
      ['Package', 'Version', 'Licence'],
      packages.map(({ name, version, licence }) => [name, version, licence]),
    ),
    '',
    '## Sources',
    '',
    '`src/documents/licences-page.ts` · `src/documents/bill-of-materials.ts`',
  ].join('\n')}\n`;
}
