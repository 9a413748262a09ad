/** The documents that join a line with a person, read back by a reader of XML that is not the writer's. */
import { readXml, textOf, type XmlElement } from '../../src/simulators/twilio/xml-reader.js';
import { askPerson, dialPerson, tellPerson } from '../../src/twiml/dial.documents.js';

const DIAL = {
  to: '+14155550199',
  callerId: '+14155550100',
  ringSeconds: 25,
  limitSeconds: 600,
  actionUrl: 'https://calls.example.test/twiml/transfer/result?call=call_1&transfer=tr_1',
};

function elementsOf(element: XmlElement | undefined): XmlElement[] {
  return (element?.children ?? []).filter((child) => typeof child !== 'string');
}
const verbsOf = (document: string): XmlElement[] => elementsOf(readXml(document));

describe('the document that dials a person', () => {
  it('rings within limits and asks us afterwards', () => {
    const [dial, ...others] = verbsOf(dialPerson(DIAL));
    expect(others).toEqual([]);
    expect(dial?.attributes).toEqual({
      action: DIAL.actionUrl,
      method: 'POST',
      callerId: DIAL.callerId,
      timeout: '25',
      timeLimit: '600',
      answerOnBridge: 'true',
    });
    const [number] = elementsOf(dial);
    expect(number && textOf(number)).toBe(DIAL.to);
    expect(number?.attributes).toEqual({});
  });

  it('says something to the caller first, and to the person what only the person hears', () => {
    const document = dialPerson({
      ...DIAL,
      message: { text: 'One moment & <please>.', language: 'en-US' },
      whisperUrl: 'https://calls.example.test/w?a=1&b=2',
      statusUrl: 'https://calls.example.test/s',
    });
    const [say, dial] = verbsOf(document);
    expect(say && textOf(say)).toBe('One moment & <please>.');
    expect(say?.attributes).toEqual({ language: 'en-US' });
    expect(elementsOf(dial)[0]?.attributes).toEqual({
      url: 'https://calls.example.test/w?a=1&b=2',
      method: 'POST',
      statusCallback: 'https://calls.example.test/s',
      statusCallbackMethod: 'POST',
      statusCallbackEvent: 'answered',
    });
  });
});

describe('what the person hears before both are joined', () => {
  it('asks for a key, and hangs up without one', () => {
    const [gather, hangup] = verbsOf(
      askPerson('A caller about order seven.', 'https://calls.example.test/a'),
    );
    expect(gather?.attributes).toMatchObject({ numDigits: '1', action: 'https://calls.example.test/a' });
    expect(elementsOf(gather).map((say) => textOf(say))).toEqual(['A caller about order seven.']);
    expect(hangup?.name).toBe('Hangup');
  });

  it('is nothing at all where there is nothing to say', () => {
    expect(verbsOf(tellPerson(''))).toEqual([]);
    expect(verbsOf(tellPerson('It is Ann.')).map((say) => textOf(say))).toEqual(['It is Ann.']);
  });
});
