/** Both voices of a call on one axis of time, to the sample. */
import { CallTracks } from '../../src/core/audio/call-tracks.js';
import { decodeMulaw } from '../../src/core/audio/mulaw.js';
import { PlaybackLedger } from '../../src/core/bridge/playback-ledger.js';

const MS = 8;
const START = 1_795_000_000_000;

/** Sound of which no two places look alike within a second. */
function soundOf(ms: number, seed: number): Buffer {
  let state = seed * 2_654_435_761;
  return Buffer.from(
    Array.from({ length: ms * MS }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    }),
  );
}

/** Tracks fed like a session feeds them, with the ledger that says when the agent is heard. */
class Call {
  readonly tracks = new CallTracks(START);
  readonly ledger = new PlaybackLedger();
  private readonly pieces: Int16Array[] = [];

  /** A frame arrives `lateMs` after the moment it could. */
  caller(sound: Buffer, timestampMs: number, lateMs = 0, stamp = timestampMs): void {
    const arrivedMs = START + timestampMs + sound.length / MS + lateMs;
    this.tracks.callerAudio(sound.toString('base64'), stamp, arrivedMs);
  }
  /** 20 ms each, in order, on time. */
  callerFrames(sound: Buffer, fromMs = 0): void {
    for (let at = 0; at < sound.length; at += 160)
      this.caller(sound.subarray(at, at + 160), fromMs + at / MS);
  }
  agent(sound: Buffer, atMs: number): void {
    this.tracks.agentAudio(sound.toString('base64'), this.ledger.sent(sound.length, 1, START + atMs));
  }
  interrupted(atMs: number): number {
    const { clearedMs } = this.ledger.clear(START + atMs);
    this.tracks.cleared(clearedMs, START + atMs);
    return clearedMs;
  }
  take(nowMs: number): void {
    for (let pairs = this.tracks.take(START + nowMs); pairs; pairs = this.tracks.take(START + nowMs))
      this.pieces.push(pairs);
  }
  end(endMs: number): { caller: Int16Array; agent: Int16Array } {
    for (let pairs = this.tracks.takeRest(START + endMs); pairs; pairs = this.tracks.takeRest(START + endMs))
      this.pieces.push(pairs);
    const frames = this.pieces.reduce((sum, pairs) => sum + pairs.length / 2, 0);
    const [caller, agent] = [new Int16Array(frames), new Int16Array(frames)];
    let done = 0;
    for (const pairs of this.pieces) {
      for (let at = 0; at < pairs.length; at += 2, done += 1) {
        caller[done] = pairs[at] ?? 0;
        agent[done] = pairs[at + 1] ?? 0;
      }
    }
    return { caller, agent };
  }
}

/** A track with those sounds at those moments, silent elsewhere. */
function trackOf(lengthMs: number, ...sounds: readonly [atMs: number, sound: Buffer][]): Int16Array {
  const track = new Int16Array(lengthMs * MS);
  for (const [atMs, sound] of sounds) track.set(decodeMulaw(sound), atMs * MS);
  return track;
}

describe('the tracks of a call', () => {
  it('put a burst of the agent behind itself, where it is heard', () => {
    const call = new Call();
    const [one, two] = [soundOf(3000, 1), soundOf(1500, 2)];
    call.callerFrames(soundOf(6000, 3));
    call.agent(one, 100);
    call.agent(two, 140);
    const { caller, agent } = call.end(6000);
    expect(agent).toEqual(trackOf(6000, [100, one], [3100, two]));
    expect(caller).toEqual(trackOf(6000, [0, soundOf(6000, 3)]));
  });

  it('leave out what an interruption threw away, and put the answer where it was heard', () => {
    const call = new Call();
    const [long, answer] = [soundOf(5000, 1), soundOf(400, 2)];
    for (let at = 0; at < long.length; at += 2000) call.agent(long.subarray(at, at + 2000), 200);
    expect(call.interrupted(1200)).toBe(4000);
    call.agent(answer, 1700);
    const { agent } = call.end(3000);
    expect(agent).toEqual(trackOf(3000, [200, long.subarray(0, 1000 * MS)], [1700, answer]));
  });

  it('survive two interruptions, the second before anything new was heard out', () => {
    const call = new Call();
    const [one, two, three] = [soundOf(2000, 1), soundOf(900, 2), soundOf(300, 3)];
    call.agent(one, 0);
    call.interrupted(500);
    call.agent(two, 600);
    call.interrupted(650);
    call.interrupted(660);
    call.agent(three, 700);
    const heard: [number, Buffer][] = [
      [0, one.subarray(0, 500 * MS)],
      [600, two.subarray(0, 50 * MS)],
      [700, three],
    ];
    expect(call.end(1000).agent).toEqual(trackOf(1000, ...heard));
  });

  it('do not tear a burst apart while the delay of the line is still being learnt', () => {
    const call = new Call();
    const [one, two] = [soundOf(500, 1), soundOf(500, 2)];
    call.caller(soundOf(20, 3), 0, 200);
    call.agent(one, 230);
    // From here on frames come without that delay: now is 200 ms further on the line than it seemed.
    call.callerFrames(soundOf(2000, 4).subarray(160), 20);
    call.agent(two, 400);
    expect(call.end(1500).agent.slice(0, 1230 * MS)).toEqual(trackOf(1230, [230, Buffer.concat([one, two])]));
  });

  it('keep what marks prove to be heard, though the clock does not allow it yet', () => {
    const call = new Call();
    const sound = soundOf(1000, 1);
    call.agent(sound, 0);
    call.ledger.markPlayed(call.ledger.nextMark(), START + 600);
    expect(call.interrupted(600)).toBe(0);
    expect(call.end(1500).agent).toEqual(trackOf(1500, [0, sound]));
  });

  it('are the same however often they are taken, with a clear across the border', () => {
    const sound = soundOf(4000, 7);
    const play = (step: number): Call => {
      const call = new Call();
      call.agent(sound, 10);
      for (let now = 0; now <= 3000; now += 20) {
        call.caller(soundOf(20, now + 1), now);
        if (now === 2000) call.interrupted(now);
        if (now % step === 0) call.take(now);
      }
      return call;
    };
    const whole = play(1_000_000).end(3020);
    expect(whole.agent).toEqual(trackOf(3020, [10, sound.subarray(0, 1990 * MS)]));
    for (const step of [20, 60, 1000]) expect(play(step).end(3020)).toEqual(whole);
  });

  it('are not taken while they are young enough to change', () => {
    const call = new Call();
    call.callerFrames(soundOf(2000, 1));
    expect(call.tracks.take(START + 2000)?.length).toBe(1500 * MS * 2);
    expect(call.tracks.take(START + 2000)).toBeUndefined();
  });

  it('decode the same from base64 that is cut anywhere', () => {
    const sound = soundOf(77, 5);
    for (const cut of [1, 2, 3, 100, 160, 161]) {
      const call = new Call();
      call.callerFrames(soundOf(2000, 1));
      call.agent(sound.subarray(0, cut), 0);
      call.agent(sound.subarray(cut), 0);
      for (let now = 500; now < 600; now += 1) call.take(now);
      expect(call.end(2000).agent).toEqual(trackOf(2000, [0, sound]));
    }
  });

  it('bound what waits: Twilio plays no more than ten minutes ahead, and nobody hears the rest', () => {
    const call = new Call();
    const minute = soundOf(60_000, 1);
    for (let at = 0; at < 11; at += 1) call.agent(minute, 0);
    const { agent } = call.end(10);
    expect(agent.length).toBe(11 * 60_000 * MS);
    expect(agent.slice(9 * 60_000 * MS, 10 * 60_000 * MS)).toEqual(decodeMulaw(minute));
    expect(agent.slice(10 * 60_000 * MS).every((sample) => sample === 0)).toBe(true);
  });
});
