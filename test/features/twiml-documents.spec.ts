/** The documents that Twilio gets, read back by a reader of XML that is not the writer's. */
import { apologise, connectStream, hangUp, rejectBusy } from '../../src/twiml/twiml.documents.js';
import { readXml, type XmlElement } from '../../src/simulators/twilio/xml-reader.js';
import { variablesOf } from '../../src/twiml/twiml.service.js';

const ANSWER = {
  streamUrl: 'wss://calls.example.test/stream/token',
  actionUrl: 'https://calls.example.test/twiml/next?call=call_1',
  statusUrl: 'https://calls.example.test/twilio/stream?call=call_1',
};

function elementsOf(element: XmlElement | undefined): XmlElement[] {
  return (element?.children ?? []).filter((child) => typeof child !== 'string');
}
function verbsOf(document: string): XmlElement[] {
  return elementsOf(readXml(document));
}
function parametersOf(document: string): Record<string, string> {
  const [stream] = elementsOf(verbsOf(document)[0]);
  return Object.fromEntries(
    elementsOf(stream).map(({ attributes }) => [attributes['name'] ?? '', attributes['value'] ?? '']),
  );
}

describe('the document that connects a line', () => {
  it('opens the stream inside of Connect, asks us afterwards, and hangs up at the last', () => {
    const document = connectStream({ ...ANSWER, variables: { name: 'John' } });
    expect(readXml(document).name).toBe('Response');
    expect(verbsOf(document).map(({ name }) => name)).toEqual(['Connect', 'Hangup']);
    const [connect] = verbsOf(document);
    expect(connect?.attributes).toEqual({ action: ANSWER.actionUrl, method: 'POST' });
    expect(elementsOf(connect)[0]).toMatchObject({
      name: 'Stream',
      attributes: { url: ANSWER.streamUrl, statusCallback: ANSWER.statusUrl, statusCallbackMethod: 'POST' },
    });
  });

  it.each([
    ['quotes and brackets', `"><Stream url='wss://evil.test'/>&amp;`],
    ['other alphabets', 'Zoë 李 🃏'],
    ['nothing', ''],
  ])('carries %s in a variable unharmed', (_name, value) => {
    expect(parametersOf(connectStream({ ...ANSWER, variables: { v: value } }))).toEqual({ v: value });
  });

  it('writes numbers and truth values as text', () => {
    expect(parametersOf(connectStream({ ...ANSWER, variables: { n: 0, yes: true, no: false } }))).toEqual({
      n: '0',
      yes: 'true',
      no: 'false',
    });
  });

  it('leaves out what is too long for a parameter, name and value together', () => {
    const variables = { fits: 'x'.repeat(495), long_: 'x'.repeat(495) };
    expect(Object.keys(parametersOf(connectStream({ ...ANSWER, variables })))).toEqual(['fits']);
  });

  it('leaves out secrets, which could be read in the vendor’s console', () => {
    const document = connectStream({ ...ANSWER, variables: { secret__token: 'hunter2', name: 'John' } });
    expect(document).not.toContain('hunter2');
    expect(parametersOf(document)).toEqual({ name: 'John' });
  });
});

describe('the other documents', () => {
  it('hang up, apologise first, or refuse without answering', () => {
    expect(verbsOf(hangUp())).toMatchObject([{ name: 'Hangup' }]);
    expect(verbsOf(apologise({ text: 'Sorry <you>.', language: 'en-GB' }))).toMatchObject([
      { name: 'Say', attributes: { language: 'en-GB' }, children: ['Sorry <you>.'] },
      { name: 'Hangup' },
    ]);
    expect(verbsOf(apologise({ text: '', language: undefined }))).toMatchObject([{ name: 'Hangup' }]);
    expect(verbsOf(rejectBusy())).toMatchObject([{ name: 'Reject', attributes: { reason: 'busy' } }]);
  });
});

describe('the variables in our own address', () => {
  it('are all fields but ours, Twilio’s, and those that are no variables', () => {
    expect(
      variablesOf({
        name: 'John',
        call: 'call_1',
        agentId: 'agent_1',
        CallSid: 'CA1',
        From: '+14155550123',
        system__time: 'now',
        'no-name': 'x',
        list: ['a', 'b'],
        long: 'x'.repeat(2001),
      }),
    ).toEqual({ name: 'John' });
  });

  it('are at most fifty', () => {
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, at) => [`v${at}`, 'x']));
    expect(Object.keys(variablesOf(many))).toHaveLength(50);
  });
});
