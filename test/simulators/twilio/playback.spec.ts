/** What the far end hears of the service, by the stream's own messages: marks, clear, warnings, recording. */
import type { CallerScript } from '../../../src/simulators/twilio/caller-script.js';
import type { SimulatedCall } from '../../../src/simulators/twilio/simulated-call.js';
import { rigForEach, script } from './rig.js';
import type { ServiceSocket } from './stand-in-service.js';

const rig = rigForEach();

async function streaming(played: CallerScript = script()): Promise<[SimulatedCall, ServiceSocket]> {
  const { service, incoming } = rig();
  const call = incoming(service.streamDocument(), played);
  const socket = await service.socket();
  await socket.message('start');
  return [call, socket];
}

function speech(ms: number, value = 0x20): Buffer {
  return Buffer.alloc(ms * 8, value);
}

function count(track: Buffer, value: number): number {
  return track.filter((byte) => byte === value).length;
}

describe('a mark', () => {
  it('comes back when what was sent before it has been played, in real time', async () => {
    const [call, socket] = await streaming();
    await socket.play(speech(150));
    await socket.mark('first');
    await socket.play(speech(50));
    await socket.mark('second');
    expect((await socket.message('mark'))['mark']).toEqual({ name: 'first' });
    expect((await socket.message('mark', 1))['mark']).toEqual({ name: 'second' });
    const [first, second] = call.marks;
    const waits = [first, second].map((mark) => (mark?.echoedAtMs ?? 0) - (call.received[0]?.atMs ?? 0));
    expect(waits[0]).toBeGreaterThanOrEqual(149);
    expect(waits[1]).toBeGreaterThanOrEqual(199);
    expect([first?.cleared, second?.cleared]).toEqual([false, false]);
  });

  it('comes back at once when nothing waits', async () => {
    const [call, socket] = await streaming();
    const frames = call.sentFrames.length;
    await socket.mark('empty');
    await socket.message('mark');
    expect(call.marks[0]?.echoedAtMs).toBeLessThan((call.marks[0]?.receivedAtMs ?? 0) + 5);
    expect(call.sentFrames.length - frames).toBeLessThan(5);
  });

  it('comes back by clear as well, in order, before anything that follows', async () => {
    const [call, socket] = await streaming();
    await socket.play(speech(60_000));
    await socket.mark('a');
    await socket.play(speech(60_000));
    await socket.mark('b');
    await call.until(({ received }) => received.length === 2);
    await socket.clear();
    await socket.mark('after');
    await socket.message('mark', 2);
    const names = socket.messages.filter((one) => one.event === 'mark').map((one) => one['mark']);
    expect(names).toEqual([{ name: 'a' }, { name: 'b' }, { name: 'after' }]);
    expect(call.marks.map(({ cleared }) => cleared)).toEqual([true, true, false]);
    const [cleared] = call.cleared;
    expect(cleared?.bytes).toBeGreaterThan(110_000 * 8);
    expect(cleared?.bytes).toBeLessThan(120_000 * 8);
  });

  it('can be late or lost, when the script says so', async () => {
    const [late, lateSocket] = await streaming({ ...script(), stream: { markDelayMs: 100 } });
    await lateSocket.mark('late');
    await lateSocket.message('mark');
    const [mark] = late.marks;
    expect((mark?.echoedAtMs ?? 0) - (mark?.receivedAtMs ?? 0)).toBeGreaterThanOrEqual(99);
  });

  it('is never returned by a carrier that loses marks', async () => {
    const [call, socket] = await streaming({ ...script(), stream: { losesMarks: true } });
    await socket.mark('lost');
    await socket.play(speech(40));
    await call.observed('agent-audio-ends');
    await socket.message('media', 10);
    expect(call.marks).toHaveLength(1);
    expect(socket.messages.some((one) => one.event === 'mark')).toBe(false);
  });
});

describe('what is wrong in a message', () => {
  const foreign = { event: 'clear', streamSid: `MZ${'0'.repeat(32)}` };
  it.each([
    ['an extra field', (sid: string) => JSON.stringify({ event: 'clear', streamSid: sid, extra: 1 }), 31_951],
    [
      'a missing field',
      (sid: string) => JSON.stringify({ event: 'media', streamSid: sid, media: {} }),
      31_951,
    ],
    ['an unknown event', (sid: string) => JSON.stringify({ event: 'play', streamSid: sid }), 31_951],
    ['another stream', () => JSON.stringify(foreign), 31_951],
    [
      'a payload that is not base64',
      (sid: string) => JSON.stringify({ event: 'media', streamSid: sid, media: { payload: '*%' } }),
      31_951,
    ],
    ['text that is not JSON', () => 'hello', 31_950],
    ['a binary frame', () => Buffer.from([1, 2]), 31_950],
  ])('is warned of once: %s', async (_, make, code) => {
    const [call, socket] = await streaming();
    const frame = make(await socket.streamSid());
    socket.socket.send(frame);
    socket.socket.send(frame);
    await socket.mark('still alive');
    await socket.message('mark');
    expect(call.warnings.map((one) => one.code)).toEqual([code]);
    expect([call.received, call.cleared]).toEqual([[], []]);
  });

  it('is too much of it: beyond ten minutes of waiting audio the rest is discarded', async () => {
    const [call, socket] = await streaming();
    for (let minute = 0; minute < 11; minute += 1) await socket.play(speech(60_000));
    await call.until(({ received }) => received.length === 11);
    expect(call.warnings.map((one) => one.code)).toEqual([31_931]);
    await socket.clear();
    await call.observed('clear');
    expect(call.cleared[0]?.bytes).toBeLessThanOrEqual(600_000 * 8);
  });
});

describe('the far end', () => {
  it('waits for the agent to finish before it answers', async () => {
    const [call, socket] = await streaming(
      script({ step: 'hears-agent-out' }, { step: 'says', noiseMs: 40 }, { step: 'hangs-up' }),
    );
    await socket.play(speech(200));
    await call.settled();
    call.assertFinished();
    const at = (what: string): number =>
      call.observations.find((one) => one.what === what)?.atMs ?? Number.NaN;
    expect(at('agent-audio-ends') - at('agent-audio-starts')).toBeCloseTo(200, 0);
    expect(at('caller-speaks')).toBeGreaterThan(at('agent-audio-ends'));
  });

  it('cuts in after having heard so much, which a clear then ends', async () => {
    const [call, socket] = await streaming(
      script({ step: 'hears-agent-for', ms: 100 }, { step: 'says', noiseMs: 200 }),
    );
    await socket.play(speech(5000));
    await call.observed('caller-speaks');
    await socket.clear();
    const ended = await call.observed('agent-audio-ends');
    const playedMs = Number(ended.detail['playedMs']);
    expect(playedMs).toBeGreaterThanOrEqual(100);
    expect(playedMs).toBeLessThan(1500);
  });

  it('waits for the next thing the agent says after having cut it off', async () => {
    const [call, socket] = await streaming(
      script({ step: 'hears-agent-for', ms: 40 }, { step: 'says', noiseMs: 20 }, { step: 'hears-agent-out' }),
    );
    await socket.play(speech(5000));
    await call.observed('caller-stops');
    const heard = call.sentFrames.length;
    await call.until(({ sentFrames }) => sentFrames.length > heard + 3);
    await socket.clear();
    await call.observed('clear');
    const cleared = call.sentFrames.length;
    await call.until(({ sentFrames }) => sentFrames.length > cleared + 6);
    expect(call.caller.isFinished).toBe(false);
    await socket.play(speech(40));
    await call.until(({ caller }) => caller.isFinished);
  });

  it('is recorded on one time axis, without what was cleared', async () => {
    const [call, socket] = await streaming(
      script({ step: 'hears-agent-out' }, { step: 'says', noiseMs: 100 }),
    );
    await socket.play(speech(100, 0x11));
    await call.observed('caller-stops');
    await socket.play(speech(9000, 0x22));
    await call.observed(
      'agent-audio-starts',
      2000,
      ({ atMs }) => atMs > (call.received[1]?.atMs ?? Infinity) - 1,
    );
    await socket.clear();
    await call.observed('clear');
    await socket.play(speech(40, 0x33));
    await call.observed('agent-audio-ends', 2000, ({ atMs }) => atMs > (call.received[2]?.atMs ?? Infinity));
    const { caller, agent } = call.recording();
    expect(caller.length).toBe(agent.length);
    expect([count(agent, 0x11), count(agent, 0x33)]).toEqual([800, 320]);
    expect(count(agent, 0x22)).toBe(9000 * 8 - (call.cleared[0]?.bytes ?? 0));
    const voiceAt = caller.findIndex((byte) => byte !== 0xff);
    expect(voiceAt).toBeGreaterThan(agent.indexOf(0x11) + 799);
    expect(voiceAt).toBeLessThan(agent.indexOf(0x22));
    // Where the agent is heard in the recording is where it was heard on the line.
    const startedAtByte = ((call.received[0]?.atMs ?? 0) - (call.streams[0]?.lineZeroMs ?? 0)) * 8;
    expect(Math.abs(agent.indexOf(0x11) - startedAtByte)).toBeLessThan(16);
  });

  it('is waited for with a failure that tells what happened instead', async () => {
    const [call] = await streaming(script({ step: 'hears-agent-out' }));
    await expect(call.observed('clear', 30)).rejects.toThrow(
      /30 ms passed while waiting for clear; the call CA\w+ is in-progress; last seen: .*start.*; the caller is in step 1 of 1/,
    );
  });
});
