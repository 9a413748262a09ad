import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { variableLabels } from '../../src/config/variable.js';
import { CALL_STATUSES, END_REASONS } from '../../src/core/call/call.js';
import { ERRORS } from '../../src/core/errors.js';
import { generatedDocuments } from '../../src/documents/generated-documents.js';
import { anchorsOf, blocksOf, inlineCodeOf, linksOf, pages, proseOf } from './markdown.js';

const LOCKFILE = readFileSync('package-lock.json', 'utf8');

/** Names that look like variables of the service and are none, with what they are. */
const NOT_VARIABLES: Readonly<Record<string, string>> = {
  TEST_DATABASE_URL: 'of the tests',
  VENDOR_SPECS: 'of the tests',
  FUZZ_FACTOR: 'of the tests',
  FUZZ_SEED: 'of the tests',
  API_KEY: 'a name in a shell',
  EVENT_ID: 'a name in a shell',
};
/** Words in code style that look like codes and are none. */
const NOT_CODES = new Set(['media-stream', 'webhook-id', 'unknown-tool', 'timed-out']);
/** Paths that only a reader's project would have. */
const NOT_HERE = new Set(['src/shop/order-status.tool.ts']);

const all = pages();
const byPath = new Map(all.map((page) => [page.path, page]));
const names = all.map((page) => page.path);
const pageAt = (name: string) => {
  const page = byPath.get(name);
  if (!page) throw new Error(`there is no ${name}`);
  return page;
};

describe('a generated document', () => {
  it.each(generatedDocuments(LOCKFILE).map((document) => [document.path, document] as const))(
    'is what the code says now, or `npm run docs` was forgotten: %s',
    (file, { text }) => {
      expect(readFileSync(file, 'utf8')).toBe(text);
    },
  );

  it('names every variable and every error code', () => {
    const [example, configuration, errors] = generatedDocuments(LOCKFILE).map(({ text }) => text);
    for (const name of variableLabels().keys()) {
      expect(example).toMatch(new RegExp(`^(# )?${name}=`, 'm'));
      expect(configuration).toContain(`| \`${name}\` |`);
    }
    for (const code of Object.keys(ERRORS)) expect(errors).toContain(`| \`${code}\` |`);
  });

  it('shows no value for a secret', () => {
    const [example] = generatedDocuments(LOCKFILE).map(({ text }) => text);
    const secrets = [...variableLabels()].flatMap(([name, { secret }]) => (secret ? [name] : []));
    expect(secrets).not.toHaveLength(0);
    for (const name of secrets) expect(example).toMatch(new RegExp(`^(# )?${name}=$`, 'm'));
  });
});

describe('a page', () => {
  it.each(names)('links only to what exists: %s', (name) => {
    const page = pageAt(name);
    const broken = linksOf(page).filter((link) => {
      const [file = '', anchor] = link.split('#', 2);
      const target = file === '' ? name : path.posix.join(path.posix.dirname(name), file);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(pageAt(target)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it.each(names)('names only files that exist: %s', (name) => {
    const isPath = /^(?:src|test|docs|examples)\/[\w./-]+$/;
    const missing = inlineCodeOf(pageAt(name)).filter(
      (code) => isPath.test(code) && !NOT_HERE.has(code) && !existsSync(code),
    );
    expect(missing).toEqual([]);
  });

  it.each(names)('names only variables that the service reads: %s', (name) => {
    const known = variableLabels();
    const written = pageAt(name).text.match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g) ?? [];
    const unknown = written.filter((word) => !known.has(word) && !Object.hasOwn(NOT_VARIABLES, word));
    expect(unknown).toEqual([]);
  });

  it.each(names)('names only commands that package.json has: %s', (name) => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const { text } = pageAt(name);
    const run = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, script]) => script ?? '');
    const short = [...text.matchAll(/\bnpm (start|test)\b/g)].map(([, script]) => script ?? '');
    expect([...run, ...short].filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });

  it.each(names)('names only metrics that are measured: %s', (name) => {
    const measured = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('simulators'))
      .map((file) => readFileSync(path.join('src', file), 'utf8'))
      .join('\n');
    const named = [...pageAt(name).text.matchAll(/\bcordboard_([a-z_]+)/g)].map(([, metric]) => metric ?? '');
    expect(named.filter((metric) => !measured.includes(`'${metric}'`))).toEqual([]);
  });

  it.each(names.filter((name) => !name.startsWith('src/')))('names only codes that exist: %s', (name) => {
    const known = new Set<string>([...Object.keys(ERRORS), ...END_REASONS, ...CALL_STATUSES, ...NOT_CODES]);
    const unknown = inlineCodeOf(pageAt(name)).filter(
      (code) => /^[a-z]+(?:-[a-z]+)+$/.test(code) && !known.has(code),
    );
    expect(unknown).toEqual([]);
  });

  it.each(names.filter((name) => /^docs\/(?!decisions\/|configuration|errors)/.test(name)))(
    'ends with the sources of what it says: %s',
    (name) => {
      const [, sources = ''] = proseOf(pageAt(name)).split('\n## Sources\n');
      expect(sources.match(/`[^`]+\.ts`/g) ?? []).not.toHaveLength(0);
    },
  );
});

describe('the lifecycle page', () => {
  it('has every status and every end reason', () => {
    const { text } = pageAt('docs/call-lifecycle.md');
    for (const word of [...CALL_STATUSES, ...END_REASONS]) expect(text).toContain(word);
  });
});

describe('the tool of the README', () => {
  const code = readFileSync('examples/order-status.tool.ts', 'utf8');
  const body = code.slice(code.indexOf('export class'));

  it.each(['README.md', 'docs/how-to/add-a-tool.md'])('is the one that is compiled and run: %s', (name) => {
    expect(blocksOf(pageAt(name), 'ts').some((block) => block.includes(body))).toBe(true);
  });
});
