/** Which documents are TwiML, and with which of Twilio's codes the others are refused. */
import { readTwiml, TwimlError } from '../../../src/simulators/twilio/twiml-document.js';

function codeOf(text: string): number | undefined {
  try {
    readTwiml(text);
    return undefined;
  } catch (error) {
    return error instanceof TwimlError ? error.code : Number.NaN;
  }
}

describe('a TwiML document', () => {
  it('has its verbs in order', () => {
    const { verbs, warnings } = readTwiml(
      '<Response><Say voice="x">Hi</Say><Connect><Stream url="wss://a"><Parameter name="a" value=""/></Stream></Connect><Hangup/></Response>',
    );
    expect(verbs.map((verb) => verb.name)).toEqual(['Say', 'Connect', 'Hangup']);
    expect(warnings).toEqual([]);
  });

  it('runs with a warning when an attribute is unknown, also for one in the wrong case', () => {
    expect(
      readTwiml('<Response><Connect Action="/x"><Stream url="wss://a"/></Connect></Response>').warnings,
    ).toEqual(['Action is not an attribute of <Connect>']);
  });

  const long = 'v'.repeat(496);
  it.each([
    ['text that is not XML', 'hello', 12_100],
    ['another root', '<Answer/>', 12_100],
    ['nothing', ' ', 11_770],
    ['an unknown verb', '<Response><Shout/></Response>', 12_200],
    ['a verb in lower case', '<Response><say>Hi</say></Response>', 12_200],
    ['a noun as a verb', '<Response><Stream url="wss://a"/></Response>', 12_200],
    ['loose text', '<Response>Hi</Response>', 12_200],
    [
      'a track other than the inbound one',
      '<Response><Connect><Stream url="wss://a" track="both_tracks"/></Connect></Response>',
      31_941,
    ],
    [
      'a parameter of 500 characters',
      `<Response><Connect><Stream url="wss://a"><Parameter name="long" value="${long}"/></Stream></Connect></Response>`,
      12_200,
    ],
  ])('is refused for %s', (_, text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  it('takes a parameter of 499 characters', () => {
    expect(
      codeOf(
        `<Response><Connect><Stream url="wss://a"><Parameter name="lon" value="${long}"/></Stream></Connect></Response>`,
      ),
    ).toBeUndefined();
  });

  it('says of real TwiML that it is not simulated, instead of calling it unknown', () => {
    expect(() => readTwiml('<Response><Enqueue/></Response>')).toThrow('is TwiML, but is not simulated');
  });
});
