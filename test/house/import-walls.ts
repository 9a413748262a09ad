/**
 * Who may import whom, as data, and the walk that checks it. An area is a folder of `src`, or a file beside the folders.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export interface Rule {
  /** Folders of `src` that the area may import beside itself. */
  readonly may: readonly string[];
  readonly because: string;
}

const FEATURE = ['core', 'config', 'ops'];
const NO_FEATURE = 'this feature stands alone: it knows core, config and ops, and no other feature';

export const AREAS: Readonly<Record<string, Rule>> = {
  core: { may: [], because: 'core is pure and knows nothing outside of it' },
  protocol: { may: [], because: 'protocol describes wires and knows nothing outside of it' },
  config: { may: [], because: 'the environment is read before anything else exists' },
  ops: { may: ['core', 'config'], because: 'every feature rests on ops, so ops rests on none' },
  persistence: { may: FEATURE, because: NO_FEATURE },
  outward: { may: FEATURE, because: NO_FEATURE },
  tools: {
    may: [...FEATURE, 'protocol', 'outward'],
    because: 'tools may ask the world outside, and know no other feature',
  },
  mcp: {
    may: [...FEATURE, 'tools'],
    because: 'mcp offers the tools to programs, and knows no other feature',
  },
  timeline: { may: FEATURE, because: NO_FEATURE },
  webhooks: {
    may: [...FEATURE, 'outward'],
    because: 'webhooks go to the world outside, and know no other feature',
  },
  calls: { may: FEATURE, because: NO_FEATURE },
  sockets: { may: ['core'], because: 'sockets carry texts, and know neither who speaks nor of what' },
  agent: { may: [...FEATURE, 'protocol', 'sockets'], because: NO_FEATURE },
  twiml: {
    may: [...FEATURE, 'protocol', 'calls'],
    because: 'twiml answers for calls and knows no other feature',
  },
  'media-stream': {
    may: [...FEATURE, 'protocol', 'sockets', 'calls', 'agent', 'tools', 'twiml', 'recordings'],
    because:
      'media-stream joins calls, agent, tools, recordings and the signature of twiml, and knows nothing besides',
  },
  operator: {
    may: [...FEATURE, 'calls', 'media-stream', 'recordings'],
    because: 'operator reaches into live calls through media-stream, and knows no other feature',
  },
  recordings: {
    may: [...FEATURE, 'calls', 'twiml'],
    because:
      'recordings keeps what is heard of calls, asks for the signature of twiml, and knows no other feature',
  },
  billing: {
    may: [...FEATURE, 'protocol', 'calls'],
    because: 'billing asks what calls cost and what conversations say, and knows no other feature',
  },
  privacy: {
    may: [...FEATURE, 'calls', 'recordings', 'billing'],
    because:
      'privacy takes out what calls, recordings and conversations keep of people, and knows no other feature',
  },
  doctor: {
    may: ['core', 'config', 'protocol'],
    because: 'the doctor looks at the service from outside, as Twilio does',
  },
  documents: {
    may: ['core', 'config'],
    because: 'documents are written from the catalogue and the environment alone',
  },
  simulators: {
    may: ['protocol', 'core/clock.ts', 'core/audio'],
    because: 'simulators replace the vendors by address only, and know nothing of the service',
  },
  bench: {
    may: ['persistence/embedded'],
    because:
      'the benchmark drives the built service from outside, as it does any other relay, and starts at most the database that stands behind it',
  },
  'app.module.ts': {
    may: [
      ...FEATURE,
      'persistence',
      'calls',
      'twiml',
      'agent',
      'tools',
      'media-stream',
      'operator',
      'timeline',
      'webhooks',
      'recordings',
      'billing',
      'privacy',
      'outward',
      'mcp',
    ],
    because: 'the application is made of features, and never of simulators',
  },
  'app.ts': {
    may: ['app.module.ts', 'config', 'ops', 'media-stream', 'billing'],
    because: 'the doors of the application need only its modules',
  },
  workers: {
    may: ['app.ts', 'core/clock.ts', 'config', 'ops', 'persistence', 'tools'],
    because:
      'workers run the application as it is, and know of its inside only the store and the faults of a start',
  },
  commands: {
    may: ['app.module.ts', 'core', 'config', 'ops', 'tools'],
    because: 'a command reads the application as it is made, and builds nothing of it',
  },
  'main.ts': {
    may: ['app.ts', 'config', 'ops', 'workers'],
    because: 'the start needs the application, or the workers that run it',
  },
};

export interface PackageRule {
  readonly files: RegExp;
  readonly because: string;
}

/** Packages with a place of their own. */
export const PACKAGES: Readonly<Record<string, PackageRule>> = {
  twilio: {
    files: /^(calls\/twilio\.carrier|billing\/twilio-prices|recordings\/twilio-recordings|twiml\/[^/]+)\.ts$/,
    because: 'the SDK of Twilio stays behind the carrier port and the answers to Twilio',
  },
  ws: {
    files: /^(sockets|media-stream|agent|operator|simulators|bench)\//,
    because: 'only legs, listeners and simulators hold sockets',
  },
};

/** Node's own modules that core may use: randomness is no outside. */
const CORE_BUILTINS: Readonly<Record<string, readonly string[]>> = { 'core/ids.ts': ['node:crypto'] };

export interface SourceFile {
  /** Relative to `src`, with `/`. */
  readonly path: string;
  readonly text: string;
}

export function sourceFiles(root: string): SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .map((file) => ({ path: file, text: readFileSync(path.join(root, file), 'utf8') }));
}

function areaOf(file: string): string {
  return file.split('/')[0] ?? file;
}

/** Relative specifiers become paths below `src`; packages stay as they are. */
export function importsOf({ path: file, text }: SourceFile): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => {
    if (!fileName.startsWith('.')) return fileName;
    return path.posix.join(path.posix.dirname(file), fileName).replace(/\.js$/, '.ts');
  });
}

/** Why the file may not import it; undefined when it may. */
export function wallBetween(file: string, imported: string, isOurs: boolean): string | undefined {
  const area = areaOf(file);
  const rule = AREAS[area];
  if (!rule) return `nobody has said yet what ${area} may import: say it in test/house/import-walls.ts`;
  if (isOurs) return wallWithin(file, imported, rule);
  const pure = area === 'core' || area === 'protocol';
  if (pure && !CORE_BUILTINS[file]?.includes(imported)) return rule.because;
  const place = PACKAGES[imported];
  // Simulators check themselves against the vendor's own code in tests, and never run it.
  return place && !place.files.test(file) ? place.because : undefined;
}

function wallWithin(file: string, imported: string, { may, because }: Rule): string | undefined {
  const area = areaOf(file);
  if (areaOf(imported) === area) return undefined;
  // The carrier speaks a vendor's words, so it alone of its feature may know them.
  const extra = file === 'calls/twilio.carrier.ts' ? ['protocol'] : [];
  const allowed = [...may, ...extra].some((place) => imported === place || imported.startsWith(`${place}/`));
  return allowed ? undefined : because;
}

export function faultsOf(files: readonly SourceFile[]): string[] {
  const ours = new Set(files.map((file) => file.path));
  const isOurs = (imported: string): boolean =>
    ours.has(imported) || ours.has(imported.replace(/\.ts$/, '.d.ts'));
  return files.flatMap((file) =>
    importsOf(file).flatMap((imported) => {
      const because = wallBetween(file.path, imported, isOurs(imported));
      return because === undefined ? [] : [`${file.path} → ${imported}: not allowed, because ${because}`];
    }),
  );
}

/** Where the environment may be read. The sandbox and the simulators are programs of their own. */
const READS_ENVIRONMENT = /^(config|simulators|bench)\//;

export function environmentReaders(files: readonly SourceFile[]): string[] {
  return files
    .filter(
      ({ path: file, text }) =>
        !READS_ENVIRONMENT.test(file) && /\bprocess\.env\b/.test(withoutComments(text)),
    )
    .map(
      ({ path: file }) =>
        `${file} → process.env: not allowed, because the environment is read once, in config`,
    );
}

/** What the core would have to be told instead: time, timers and the process. */
const OUTSIDE_OF_CORE =
  /\b(Date\.now|new Date\(\)|setTimeout|setInterval|setImmediate|process\.|Math\.random)/;

export function impurities(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path: file, text }) => {
    const found = /^(core|protocol)\//.test(file) ? OUTSIDE_OF_CORE.exec(withoutComments(text)) : null;
    return found
      ? [`${file} → ${found[1]}: not allowed, because core is told the time and everything else`]
      : [];
  });
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}
