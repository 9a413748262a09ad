/**
 * What hostile peers send, as generators, and how much of it each file sends. More by FUZZ_FACTOR, the same again by FUZZ_SEED.
 */
import * as fc from 'fast-check';

/** Inputs by file; the whole is promised in SECURITY.md and counted by a test. */
export const INPUTS = {
  rest: 3600,
  forms: 2400,
  line: 2400,
  agent: 2000,
  tools: 800,
  callBody: 3000,
  wire: 1200,
} as const;

export const FACTOR = Math.max(1, Number(process.env['FUZZ_FACTOR'] ?? 1) || 1);
const SEED = process.env['FUZZ_SEED'];
/** For a test that sends its share. */
export const LIMIT_MS = 60_000 * FACTOR;

/** Answers take milliseconds; whoever waits so long for a batch waits for ever. */
const BATCH_LIMIT_MS = 30_000;

/** Sends so many inputs, `atOnce` of them at a time, and shows the batch that fails, or that is never answered. */
export async function assail<Input>(
  inputs: number,
  atOnce: number,
  input: fc.Arbitrary<Input>,
  act: (inputs: readonly Input[]) => Promise<void>,
): Promise<void> {
  const batch = fc.array(input, { minLength: atOnce, maxLength: atOnce });
  let sent = 0;
  const property = fc.asyncProperty(batch, async (some) => {
    await inTime(act(some));
    sent += some.length;
  });
  await fc.assert(property, {
    numRuns: Math.ceil((inputs * FACTOR) / atOnce),
    ...(SEED === undefined ? {} : { seed: Number(SEED) }),
    // Shrinking would talk to the service for minutes, and a seed repeats the run as it was.
    endOnFailure: true,
  });
  // As many as are promised, whatever the library did with them.
  expect(sent).toBeGreaterThanOrEqual(inputs * FACTOR);
}

async function inTime(answered: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('a batch was not answered in time')), BATCH_LIMIT_MS);
  });
  await Promise.race([answered, late]).finally(() => clearTimeout(timer));
}

const NASTY = [
  '',
  '\u0000',
  '\ud800',
  '\u202e',
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  '%00%ff%c0%af',
  "' or 1=1; drop table calls; --",
  '<Response><Dial>+19005550123</Dial></Response>',
  ']]>&"\'<!--',
  '{{name}}{{system__caller_id}}',
  '\r\nX-Injected: yes\r\n\r\n',
  '${7*7}#{7*7}',
  'NaN',
  '-0',
  '1e999',
  '9'.repeat(400),
  'x'.repeat(20_000),
  '😀'.repeat(3000),
] as const;

export const nastyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);

const NUMBERS = [0, -0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 5e-324];

export const nastyValue: fc.Arbitrary<unknown> = fc.oneof(
  { maxDepth: 4 },
  nastyText,
  fc.constantFrom(...NUMBERS, true, false, null),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    [],
    {},
    [[[[[[]]]]]],
    { __proto__: null },
    { constructor: { prototype: { polluted: true } } },
  ),
  fc.dictionary(nastyText, fc.oneof(nastyText, fc.double(), fc.constant(null)), { maxKeys: 5 }),
);

/** A good message of which one or two members, at any depth, are something else, or missing, or more. */
export function spoilt(good: object): fc.Arbitrary<unknown> {
  const paths = pathsOf(good);
  return fc
    .array(fc.tuple(fc.constantFrom(...paths), fc.oneof(nastyValue, fc.constant(MISSING))), {
      minLength: 1,
      maxLength: 2,
    })
    .map((changes) => changes.reduce((value, [path, put]) => replaced(value, path, put), good as unknown));
}

const MISSING = Symbol('missing');
type Path = readonly string[];

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const below = Object.entries(value).flatMap(([name, part]) => pathsOf(part, [...at, name]));
  return at.length === 0 ? [...below, ['surplus']] : [at, ...below];
}

function replaced(value: unknown, [name, ...rest]: Path, put: unknown): unknown {
  if (name === undefined) return put;
  if (typeof value !== 'object' || value === null) return value;
  const { [name]: part, ...others } = value as Record<string, unknown>;
  const next = replaced(part, rest, put);
  return next === MISSING ? others : { ...others, [name]: next };
}

/** As JSON, which may name a member twice, nest deeper than any parser likes, or be no JSON at all. */
export function asHostileJson(value: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const text = value.map((one) => JSON.stringify(one) ?? 'null');
  return fc.oneof(
    { weight: 8, arbitrary: text },
    { weight: 1, arbitrary: text.chain((one) => fc.nat(one.length).map((end) => one.slice(0, end))) },
    { weight: 1, arbitrary: text.map((one) => one.replace('{', '{"__proto__":{"polluted":true},"to":1,')) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        deep(2000),
        deep(20_000),
        '[1e999]',
        '{"a":-}',
        '\ufeff{}',
        'null',
        '7',
        '""',
      ),
    },
  );
}

export function deep(levels: number): string {
  return `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
}
