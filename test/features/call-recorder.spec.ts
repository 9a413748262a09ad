/** A call is recorded as it goes: what is on the disk when, and what becomes of disks that fail, hang or fill up. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodeMulaw } from '../../src/core/audio/mulaw.js';
import { CallRecorder, type RecordingOutcome } from '../../src/recordings/call-recorder.js';
import { WavFile } from '../../src/recordings/wav-file.js';
import { framesIn } from '../../src/recordings/wav-format.js';
import { readWav } from '../../src/simulators/sound/wav.js';
import { audioOf } from '../support/builders.js';
import { ManualClock } from '../support/manual-clock.js';

const SECOND = 8000;

class Rig {
  readonly clock = new ManualClock();
  readonly outcomes: RecordingOutcome[] = [];
  readonly startMs = this.clock.now();
  begun = 0;
  readonly recorder: CallRecorder;

  constructor(open: () => Promise<WavFile>, originMs: number | null = null) {
    this.recorder = new CallRecorder({
      clock: this.clock,
      phaseMs: 0,
      originMs,
      open,
      began: () => void (this.begun += 1),
      over: (outcome) => Promise.resolve(void this.outcomes.push(outcome)),
    });
  }

  /** The caller speaks for so long, frame by frame, while time goes by. */
  async speaks(ms: number): Promise<void> {
    for (let at = 0; at < ms; at += 20) {
      await this.clock.pass(20);
      const now = this.clock.now();
      this.recorder.callerAudio(audioOf(20, 0x12), now - this.startMs - 20, now);
    }
  }

  /** Everything taken so far is on the disk: the recorder waits for its next turn, or is done. */
  written(): Promise<void> {
    return until(() => this.clock.pending > 0 || this.outcomes.length > 0);
  }
}

/** Waits for the disk, which no clock of ours moves. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

describe('the recorder of a call', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'recorder-'));
    file = path.join(directory, 'a', 'call.wav');
  });
  afterEach(() => rm(directory, { recursive: true }));

  const framesOnDisk = async (): Promise<number> => framesIn((await stat(file)).size);
  const framesTold = async (): Promise<number> =>
    (readWav(await readFile(file)).channels[0] ?? new Int16Array()).length;

  it('writes once a second what cannot change any more', async () => {
    const rig = new Rig(() => WavFile.open(file));
    rig.recorder.lineStarted(rig.startMs);
    await until(() => rig.begun === 1);
    rig.recorder.agentAudio(audioOf(600, 0x34), rig.startMs + 100);
    await rig.speaks(1000);
    await rig.written();
    expect(await framesOnDisk()).toBe(SECOND / 2);
    await rig.speaks(1000);
    rig.recorder.cleared(0, rig.clock.now());
    rig.recorder.ended(rig.clock.now());
    await rig.recorder.finished;
    expect(rig.outcomes).toEqual([{ status: 'ready', frames: 2 * SECOND }]);
    expect(rig.clock.pending).toBe(0);
    const { channels, sampleRateHz } = readWav(await readFile(file));
    expect(sampleRateHz).toBe(8000);
    const [caller, agent] = channels;
    expect(caller).toEqual(decodeMulaw(Buffer.alloc(2 * SECOND, 0x12)));
    const heard = Buffer.alloc(2 * SECOND, 0xff).fill(0x34, 800, 800 + 4800);
    expect(agent).toEqual(decodeMulaw(heard));
  });

  it('keeps a header in the file that is true, and no more than some seconds behind', async () => {
    const rig = new Rig(() => WavFile.open(file));
    rig.recorder.lineStarted(rig.startMs);
    await until(() => rig.begun === 1);
    expect(await framesTold()).toBe(0);
    for (let second = 1; second <= 6; second += 1) {
      await rig.speaks(1000);
      await rig.written();
    }
    expect(await framesTold()).toBeGreaterThanOrEqual(5 * SECOND);
    expect(await framesTold()).toBeLessThanOrEqual(await framesOnDisk());
    rig.recorder.ended(rig.clock.now());
    await rig.recorder.finished;
  });

  it('keeps nothing of a stream on which nobody was heard', async () => {
    const rig = new Rig(() => WavFile.open(file));
    rig.recorder.lineStarted(rig.startMs);
    await until(() => rig.begun === 1);
    await rig.clock.pass(15_000);
    rig.recorder.ended(rig.clock.now());
    await rig.recorder.finished;
    expect(rig.outcomes).toEqual([{ status: 'absent' }]);
  });

  it('says that there was nothing when the line never started', async () => {
    const rig = new Rig(() => WavFile.open(file));
    rig.recorder.ended(rig.startMs);
    await rig.recorder.finished;
    expect(rig.outcomes).toEqual([{ status: 'absent' }]);
    rig.recorder.lineStarted(rig.startMs);
    expect(rig.begun).toBe(0);
  });

  it('goes on in the same file with a later stream of the call, the time between silent', async () => {
    const first = new Rig(() => WavFile.open(file));
    first.recorder.lineStarted(first.startMs);
    await first.speaks(1000);
    first.recorder.ended(first.clock.now());
    await first.recorder.finished;
    const second = new Rig(() => WavFile.open(file), first.startMs - 3000);
    second.recorder.lineStarted(second.startMs);
    await second.speaks(500);
    second.recorder.ended(second.clock.now());
    await second.recorder.finished;
    expect(second.outcomes).toEqual([{ status: 'ready', frames: 3.5 * SECOND }]);
    const [caller] = readWav(await readFile(file)).channels;
    const silence = Buffer.alloc(2 * SECOND, 0xff);
    const said = Buffer.concat([Buffer.alloc(SECOND, 0x12), silence, Buffer.alloc(SECOND / 2, 0x12)]);
    expect(caller).toEqual(decodeMulaw(said));
  });

  it('ends with a disk that cannot be opened, and never throws into the call', async () => {
    const rig = new Rig(() => Promise.reject(new Error('read-only file system')));
    rig.recorder.lineStarted(rig.startMs);
    await rig.recorder.finished;
    expect(rig.outcomes).toEqual([{ status: 'failed', error: new Error('read-only file system') }]);
    await rig.speaks(100);
    rig.recorder.agentAudio(audioOf(20), rig.clock.now());
    rig.recorder.ended(rig.clock.now());
    expect(rig.outcomes).toHaveLength(1);
  });

  it('writes once in its turn, also to a disk that is slow', async () => {
    let appends = 0;
    const rig = new Rig(async () => {
      const open = await WavFile.open(file);
      const append = open.append.bind(open);
      open.append = (pairs) => {
        appends += 1;
        rig.clock.advance(5);
        return append(pairs);
      };
      return open;
    });
    rig.recorder.lineStarted(rig.startMs);
    await until(() => rig.begun === 1);
    await rig.speaks(3000);
    await rig.written();
    expect(appends).toBeLessThanOrEqual(3);
    rig.recorder.ended(rig.clock.now());
    await rig.recorder.finished;
  });

  it('ends with a disk that fills up, and keeps what was written until then', async () => {
    const rig = new Rig(async () => {
      const open = await WavFile.open(file);
      const append = open.append.bind(open);
      open.append = (pairs) => (open.frames > SECOND ? Promise.reject(new Error('ENOSPC')) : append(pairs));
      return open;
    });
    rig.recorder.lineStarted(rig.startMs);
    await until(() => rig.begun === 1);
    for (let second = 0; second < 6 && rig.outcomes.length === 0; second += 1) {
      await rig.speaks(1000);
      await rig.written();
    }
    await rig.recorder.finished;
    expect(rig.outcomes).toEqual([{ status: 'failed', error: new Error('ENOSPC') }]);
    expect(await framesOnDisk()).toBeGreaterThan(SECOND);
  });

  it('gives up on a disk that hangs, instead of keeping a call of hours in memory', async () => {
    let go: () => void = () => undefined;
    const rig = new Rig(async () => {
      const open = await WavFile.open(file);
      open.append = () => new Promise((resolve) => void (go = resolve));
      return open;
    });
    rig.recorder.lineStarted(rig.startMs);
    await until(() => rig.begun === 1);
    await rig.speaks(70_000);
    expect(rig.clock.pending).toBe(0);
    go();
    await rig.recorder.finished;
    expect(rig.outcomes).toMatchObject([{ status: 'failed' }]);
  });
});
