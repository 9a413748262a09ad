/** The environment at boot: every fault by name, all at once, and never a value. */
import { Environment } from '../../src/config/environment.js';
import { EnvironmentError, readEnvironment } from '../../src/config/read-environment.js';
import { variableLabels } from '../../src/config/variable.js';
import { ACCOUNT_SID, environmentWith, REQUIRED_VARIABLES } from '../support/builders.js';

function linesOf(variables: Readonly<Record<string, string | undefined>>): readonly string[] {
  try {
    readEnvironment({ ...REQUIRED_VARIABLES, ...variables });
  } catch (error) {
    if (error instanceof EnvironmentError) return error.lines;
    throw error;
  }
  return [];
}

describe('an age of numbers', () => {
  const refusal = 'NUMBER_RETENTION_DAYS: must not be shorter than TRANSCRIPT_RETENTION_DAYS';
  it.each([
    [{ NUMBER_RETENTION_DAYS: '30' }, refusal],
    [{ NUMBER_RETENTION_DAYS: '30', TRANSCRIPT_RETENTION_DAYS: '30' }, refusal],
    [
      { NUMBER_RETENTION_DAYS: '30', TRANSCRIPT_RETENTION_DAYS: '31', RECORDING_RETENTION_DAYS: '30' },
      refusal,
    ],
    [{ NUMBER_RETENTION_DAYS: '30', TRANSCRIPT_RETENTION_DAYS: '30', RECORDING_RETENTION_DAYS: '7' }, ''],
    [{ TRANSCRIPT_RETENTION_DAYS: '30' }, ''],
  ])('of %p leaves nothing that could not be found again when a person asks', (variables, line) => {
    expect(linesOf(variables).join('\n').slice(0, refusal.length)).toBe(line);
  });
});

describe('a complete environment', () => {
  it('needs the required variables only, and fills the rest with safe values', () => {
    const environment = readEnvironment(REQUIRED_VARIABLES);
    expect(environment).toBeInstanceOf(Environment);
    expect(environment).toMatchObject({
      PORT: 3000,
      HOST: '0.0.0.0',
      API_KEYS: ['a-key-of-the-tests-0123456789'],
      TWILIO_API_URL: 'https://api.twilio.com',
      TWILIO_CALLS_PER_SECOND: 1,
      ELEVENLABS_API_URL: 'https://api.elevenlabs.io',
      MAX_CONCURRENT_CALLS: 100,
      MAX_LOOP_BUSY_PERCENT: 90,
      DRAIN_TIMEOUT_SECONDS: 3600,
      LOG_LEVEL: 'info',
    });
    expect(environment.ALLOWED_DESTINATIONS).toBeUndefined();
  });

  it('reads numbers, lists and addresses as such', () => {
    const environment = readEnvironment({
      ...REQUIRED_VARIABLES,
      PORT: ' 8080 ',
      API_KEYS: `${'a'.repeat(24)}, ${'b'.repeat(30)},`,
      ALLOWED_DESTINATIONS: 'US,CA,+4420',
      PUBLIC_URL: 'https://calls.example.test//',
      TWILIO_API_URL: 'http://127.0.0.1:4010/',
    });
    expect(environment).toMatchObject({
      PORT: 8080,
      API_KEYS: ['a'.repeat(24), 'b'.repeat(30)],
      ALLOWED_DESTINATIONS: ['US', 'CA', '+4420'],
      PUBLIC_URL: 'https://calls.example.test',
      TWILIO_API_URL: 'http://127.0.0.1:4010',
    });
  });

  it('takes an empty line for a variable that is not set, and an empty apology for silence', () => {
    const environment = readEnvironment({
      ...REQUIRED_VARIABLES,
      PORT: '',
      LOG_LEVEL: '',
      APOLOGY_MESSAGE: '',
    });
    expect(environment).toMatchObject({ PORT: 3000, LOG_LEVEL: 'info', APOLOGY_MESSAGE: '' });
  });

  it('reads over the line breaks of mounted files', () => {
    expect(
      readEnvironment({
        ...REQUIRED_VARIABLES,
        PUBLIC_URL: 'https://calls.example.test\n',
        ELEVENLABS_API_KEY: ' key\n',
      }),
    ).toMatchObject({ PUBLIC_URL: 'https://calls.example.test', ELEVENLABS_API_KEY: 'key' });
  });

  it('passes over variables that are not its own', () => {
    expect(readEnvironment({ ...REQUIRED_VARIABLES, HOME: '/root' })).not.toHaveProperty('HOME');
  });
});

describe('a faulty environment', () => {
  const required = [...variableLabels()].filter(([, label]) => label.required).map(([name]) => name);

  it.each(required)('names %s when it is missing, and says where to get it', (name) => {
    for (const missing of [undefined, '']) {
      expect(linesOf({ [name]: missing })).toEqual([
        expect.stringMatching(new RegExp(`^${name}: is missing\\. .+ \\(get it: .+\\)$`)),
      ]);
    }
  });

  it('names all missing variables at once', () => {
    expect(() => readEnvironment({})).toThrow(EnvironmentError);
    const nothing = Object.fromEntries(required.map((name) => [name, undefined]));
    expect(linesOf(nothing).map((line) => line.split(':')[0])).toEqual(required);
    expect(required).toEqual(Object.keys(REQUIRED_VARIABLES));
  });

  it.each([
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['API_KEYS', 'short'],
    ['API_KEYS', `${'a'.repeat(24)},short`],
    ['API_KEYS', ','],
    ['LOG_LEVEL', 'loud'],
    ['DRAIN_TIMEOUT_SECONDS', '-5'],
    ['TWILIO_ACCOUNT_SID', 'AC123'],
    ['TWILIO_ACCOUNT_SID', ACCOUNT_SID.replace('AC', 'SK')],
    ['TWILIO_PHONE_NUMBER', '415-555-0100'],
    ['TWILIO_API_URL', 'api.twilio.com'],
    ['TWILIO_CALLS_PER_SECOND', '0'],
    ['ELEVENLABS_API_URL', 'wss://api.elevenlabs.io'],
    ['MAX_CONCURRENT_CALLS', '0'],
    ['ALLOWED_DESTINATIONS', 'USA'],
    ['ALLOWED_DESTINATIONS', 'US,4420'],
    ['RING_TIMEOUT_SECONDS', '1'],
    ['MAX_DURATION_SECONDS', '99999'],
    ['AGENT_QUEUE_TIMEOUT_SECONDS', '9999'],
    ['INVENTORY_API_URL', 'stock.example.com'],
  ])('names %s when it is "%s", in one line', (name, value) => {
    expect(linesOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name}: .+`))]);
  });

  it('asks for the secret of an API key', () => {
    expect(linesOf({ TWILIO_API_KEY: `SK${'a'.repeat(32)}` })).toEqual([
      expect.stringMatching(/^TWILIO_API_SECRET: .*TWILIO_API_KEY/),
    ]);
  });

  it('names an API key that is none', () => {
    expect(linesOf({ TWILIO_API_KEY: 'SK123', TWILIO_API_SECRET: 'x' })).toEqual([
      expect.stringMatching(/^TWILIO_API_KEY: expected SK/),
    ]);
  });

  it('keeps money in millionths, and takes nothing that is no amount', () => {
    const read = (value: string) => environmentWith({ DAILY_BUDGET_USD: value }).DAILY_BUDGET_USD;
    expect([read('50'), read('12.5'), read('0.000001'), read('0'), read('')]).toEqual([
      50_000_000,
      12_500_000,
      1,
      0,
      undefined,
    ]);
    for (const value of ['-1', '1e3', '$5', '1,5', '0.0000001', 'x']) {
      expect(linesOf({ DAILY_BUDGET_USD: value })).toEqual([
        expect.stringMatching(/^DAILY_BUDGET_USD: expected USD/),
      ]);
    }
  });

  it('takes true and false for what they say, and nothing else', () => {
    expect(environmentWith({ RECORD_CALLS: 'true' }).RECORD_CALLS).toBe(true);
    expect(environmentWith({ RECORD_CALLS: 'false' }).RECORD_CALLS).toBe(false);
    expect(linesOf({ RECORD_CALLS: 'yes' })).toEqual([expect.stringMatching(/^RECORD_CALLS: expected true/)]);
  });

  it('prints no value, in no line, whatever is wrong', () => {
    const marker = 'sekrit0000value';
    const everything = Object.fromEntries(
      [...variableLabels().keys(), 'DAILY_BUDGET_USD'].map((name) => [name, `${marker} ${marker}`]),
    );
    const lines = linesOf({ ...everything, API_KEYS: 'sekrit' });
    expect(lines.length).toBeGreaterThan(12);
    expect(new EnvironmentError(lines).message).not.toContain('sekrit');
  });
});

describe('the public address', () => {
  it.each([
    'https://calls.example.com',
    'https://calls.example.com:8443',
    'https://calls.example.com/bridge',
    'http://127.0.0.1:3000',
    'http://localhost:3000',
    'http://cordboard:3000',
    'http://192.168.1.5',
    'http://bridge.example.test',
    'http://[::1]:3000',
  ])('may be %s', (PUBLIC_URL) => {
    expect(linesOf({ PUBLIC_URL })).toEqual([]);
  });

  it.each([
    'calls.example.com',
    'wss://calls.example.com',
    'http://calls.example.com',
    'http://8.8.8.8',
    'http://172.32.0.1',
    'https://Calls.Example.com',
    'HTTPS://calls.example.com',
    'https://calls.example.com?x=1',
    'https://calls.example.com#x',
    'https://user:pass@calls.example.com',
    'https://calls.example.com /x',
    'https://calls.\nexample.com',
  ])('may not be "%s"', (PUBLIC_URL) => {
    expect(linesOf({ PUBLIC_URL })).toEqual([expect.stringContaining('PUBLIC_URL: ')]);
  });
});

describe('words by language', () => {
  const LONG = 'x'.repeat(4001);
  const of = (APOLOGY_MESSAGE: string): unknown =>
    readEnvironment({ ...REQUIRED_VARIABLES, APOLOGY_MESSAGE }).APOLOGY_MESSAGE;

  it('are one text for all, or texts by language', () => {
    expect(of('Sorry.')).toBe('Sorry.');
    expect(of('{"pt-BR":"Até logo.","de":""}')).toEqual({ 'pt-br': 'Até logo.', de: '' });
  });

  it.each(['{"de":', '{}', '{"de":1}', '{"no language":"x"}', `{"de":"${LONG}"}`])(
    'are refused as %s',
    (words) => {
      expect(() => of(words)).toThrow(/APOLOGY_MESSAGE.*expected a text, or JSON/);
    },
  );
});
