/** Scripts from files and requests: what is taken and how the rest is refused. */
import { readCallerScript, ScriptError } from '../../../src/simulators/twilio/caller-script-reader.js';

describe('the reader of caller scripts', () => {
  it('takes a script with everything in it as it is', () => {
    const script = {
      answer: { kind: 'answers', afterMs: 10 },
      steps: [
        { step: 'waits', ms: 5 },
        { step: 'hears-agent-out' },
        { step: 'hears-agent-for', ms: 5 },
        { step: 'says', clip: 'a' },
        { step: 'says', noiseMs: 5 },
        { step: 'presses', digits: '1' },
        { step: 'sends-raw', text: '' },
        { step: 'loses-socket' },
        { step: 'hangs-up' },
      ],
      patienceMs: 5,
      detection: { answeredBy: 'human', afterMs: 0 },
      dial: { outcome: 'busy', talkMs: 5 },
      webhooks: { doubled: ['completed'], dropped: [], lateMs: { ringing: 5 } },
      recording: { absent: true, dropped: ['in-progress'], lateMs: { absent: 5 } },
      stream: { losesMarks: true, openDelayMs: 5 },
    };
    expect(readCallerScript(script)).toEqual(script);
  });

  it('answers at once and stays silent when nothing is said', () => {
    expect(readCallerScript({})).toEqual({ answer: { kind: 'answers', afterMs: 0 }, steps: [] });
  });

  it.each([
    [[], 'the script must be an object'],
    [{ stepps: [] }, 'the script has no stepps; possible are answer, steps'],
    [{ steps: {} }, 'steps must be a list'],
    [{ steps: [{ step: 'sings' }] }, 'steps[0].step must be one of waits'],
    [{ steps: [{ step: 'waits' }] }, 'steps[0].ms must be a number of 0 or more'],
    [{ steps: [{ step: 'waits', ms: -1 }] }, 'steps[0].ms must be a number of 0 or more'],
    [{ steps: [{ step: 'waits', ms: 1, digits: '1' }] }, 'steps[0] has no digits'],
    [{ steps: [{ step: 'says' }] }, 'steps[0] needs either clip or noiseMs'],
    [{ steps: [{ step: 'says', clip: 'a', noiseMs: 1 }] }, 'steps[0] needs either clip or noiseMs'],
    [{ answer: { kind: 'answers' } }, 'answer.afterMs must be a number'],
    [{ answer: { kind: 'maybe' } }, 'answer.kind must be one of answers, busy'],
    [{ webhooks: { dropped: ['queued'] } }, 'webhooks.dropped must be one of initiated'],
    [{ webhooks: { lateMs: { ringing: 'x' } } }, 'webhooks.lateMs.ringing must be a number'],
    [{ recording: { doubled: ['answered'] } }, 'recording.doubled must be one of in-progress'],
    [{ recording: { absent: 1 } }, 'recording.absent must be a boolean'],
    [{ webhooks: { absent: true } }, 'webhooks has no absent'],
    [{ stream: { losesMarks: 1 } }, 'stream.losesMarks must be a boolean'],
    [{ detection: { answeredBy: 'cat', afterMs: 1 } }, 'detection.answeredBy must be one of human'],
    [{ dial: { outcome: 'maybe' } }, 'dial.outcome must be one of completed'],
  ])('refuses %j and says why', (value, why) => {
    expect(() => readCallerScript(value)).toThrow(ScriptError);
    expect(() => readCallerScript(value)).toThrow(why);
  });
});
