import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { readEnvironment } from '../../src/config/read-environment.js';
import { readCallerScript } from '../../src/simulators/twilio/caller-script-reader.js';

interface Service {
  readonly image?: string;
  readonly build?: string | { readonly target?: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: readonly string[];
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
}

const dockerfile = readFileSync('Dockerfile', 'utf8');
const stages = [...dockerfile.matchAll(/^FROM (\S+) AS (\S+)$/gm)].map(([, base = '', name = '']) => ({
  base,
  name,
}));

describe('the programs of the service', () => {
  it.each(['src/main.ts', 'src/workers/worker.ts'])(
    '%s keeps what lives short out of the old generation first',
    (file) => {
      const [first] = readFileSync(file, 'utf8').match(/^import .*$/m) ?? [];
      expect(first).toContain('ops/short-lived-objects.js');
    },
  );
});

describe('the image', () => {
  it('is built in every stage from the same base or an earlier stage', () => {
    expect(stages[0]?.base).toBe('node:20-bookworm-slim');
    stages.forEach(({ base }, at) => {
      const earlier = stages.slice(0, at).map(({ name }) => name);
      expect(['node:20-bookworm-slim', ...earlier]).toContain(base);
    });
    expect(dockerfile.match(/^FROM/gm)).toHaveLength(stages.length);
  });

  it('is the service by default, run by node itself and not by root', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
    expect(stages.at(-1)?.name).toBe('service');
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^CMD \["node", "dist\/main\.js"\]$/m);
    expect(last).not.toMatch(/npm|ENTRYPOINT/);
  });
});

describe('docker-compose.yml', () => {
  const { services } = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
    services: Record<string, Service>;
  };

  it('builds only stages that the Dockerfile has, and depends only on services that are started with it', () => {
    const all = Object.values(services);
    const targets = all.flatMap(({ build }) => (typeof build === 'object' ? (build.target ?? []) : []));
    expect(targets).not.toHaveLength(0);
    for (const target of targets) expect(stages.map(({ name }) => name)).toContain(target);
    for (const { build, image, depends_on = [], profiles } of all) {
      expect(build ?? image).toBeDefined();
      for (const other of depends_on) expect(services[other]?.profiles).toEqual(profiles);
    }
  });

  it('gives the service an environment with which it starts, and the simulators the same secrets', () => {
    const given = services['cordboard']?.environment ?? {};
    const read = readEnvironment(given);
    expect(Object.keys(given).filter((name) => !Object.hasOwn(read, name))).toEqual([]);
    expect(services['twilio']?.command).toEqual(
      expect.arrayContaining([
        `--account-sid=${read.TWILIO_ACCOUNT_SID}`,
        `--auth-token=${read.TWILIO_AUTH_TOKEN}`,
      ]),
    );
    expect(services['elevenlabs']?.command).toContain(`--api-key=${read.ELEVENLABS_API_KEY}`);
    expect(new URL(read.TWILIO_API_URL).hostname).toBe('twilio');
    expect(new URL(read.ELEVENLABS_API_URL).hostname).toBe('elevenlabs');
  });

  it('lets what we build write nowhere but to its volumes and /tmp, with no privilege of the system', () => {
    const ours = Object.values(services).filter(({ build }) => build !== undefined);
    expect(ours).toHaveLength(4);
    for (const service of ours) {
      expect(service).toMatchObject({
        read_only: true,
        tmpfs: ['/tmp'],
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    }
  });

  it('gives the simulated caller a script that can be played', () => {
    const script = readCallerScript(parse(readFileSync('examples/caller.yaml', 'utf8')));
    expect(services['twilio']?.command).toContain('--script=examples/caller.yaml');
    expect(script.steps).not.toHaveLength(0);
  });
});

describe('the continuous integration', () => {
  it('runs the one check on every supported version of Node', () => {
    const { jobs } = parse(readFileSync('.github/workflows/ci.yml', 'utf8')) as {
      jobs: { check: { strategy: { matrix: { node: number[] } }; steps: { run?: string }[] } };
    };
    expect(jobs.check.strategy.matrix.node).toEqual([20, 22, 24]);
    expect(jobs.check.steps.flatMap(({ run }) => run ?? [])).toEqual(['npm ci', 'npm run check']);
  });
});
