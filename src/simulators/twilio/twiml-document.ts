/**
 * Text to checked TwiML: which verbs, nouns and attributes exist is held here as a table. It decides what is a document error
 * and what a warning; it runs nothing. Sources: Twilio's TwiML pages and error pages 12100, 12200 (read November 2026).
 */
import { elementsOf, readXml, textOf, XmlError, type XmlElement } from './xml-reader.js';

/** A document that Twilio would not run. */
export class TwimlError extends Error {
  /** @param code Twilio's error code */
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = 'TwimlError';
  }
}

export interface TwimlDocument {
  readonly verbs: readonly XmlElement[];
  /** Attributes that TwiML does not know (12200). The document runs all the same. */
  readonly warnings: readonly string[];
}

interface Shape {
  readonly attributes: readonly string[];
  readonly nouns?: readonly string[];
}

const SHAPES: Readonly<Record<string, Shape>> = {
  Connect: { attributes: ['action', 'method'], nouns: ['Stream'] },
  Stream: {
    attributes: [
      'url',
      'name',
      'track',
      'statusCallback',
      'statusCallbackMethod',
      'connectorName',
      'audioFormat',
      'sampleRate',
    ],
    nouns: ['Parameter'],
  },
  Parameter: { attributes: ['name', 'value'] },
  Say: { attributes: ['voice', 'loop', 'language'] },
  Pause: { attributes: ['length'] },
  Hangup: { attributes: [] },
  Redirect: { attributes: ['method'] },
  Reject: { attributes: ['reason'] },
  Play: { attributes: ['loop', 'digits'] },
  Gather: {
    attributes: [
      'action',
      'actionOnEmptyResult',
      'enhanced',
      'finishOnKey',
      'hints',
      'input',
      'language',
      'maxSpeechTime',
      'method',
      'numDigits',
      'partialResultCallback',
      'profanityFilter',
      'speechModel',
      'speechTimeout',
      'timeout',
    ],
    nouns: ['Say', 'Play', 'Pause'],
  },
  Dial: {
    attributes: [
      'action',
      'answerOnBridge',
      'callReason',
      'callerId',
      'hangupOnStar',
      'method',
      'record',
      'recordingStatusCallback',
      'recordingStatusCallbackEvent',
      'recordingStatusCallbackMethod',
      'recordingTrack',
      'referMethod',
      'referUrl',
      'ringTone',
      'sequential',
      'timeLimit',
      'timeout',
      'trim',
    ],
    nouns: ['Number'],
  },
  Number: {
    attributes: [
      'url',
      'method',
      'sendDigits',
      'statusCallback',
      'statusCallbackEvent',
      'statusCallbackMethod',
      'byoc',
    ],
  },
};
const VERBS = ['Connect', 'Say', 'Pause', 'Hangup', 'Redirect', 'Reject', 'Play', 'Dial', 'Gather'];

/** Real TwiML that this simulator does not play; said as such, so that nobody looks for a typing mistake. */
const NOT_SIMULATED = [
  'Client',
  'Conference',
  'ConversationRelay',
  'Echo',
  'Enqueue',
  'Leave',
  'Pay',
  'Queue',
  'Record',
  'Refer',
  'Sip',
  'Start',
  'Stop',
  'VirtualAgent',
];

const LONGEST_PARAMETER = 500;

function shapeOf(element: XmlElement, allowed: readonly string[], inside: string): Shape {
  const shape = allowed.includes(element.name) ? SHAPES[element.name] : undefined;
  if (shape) return shape;
  const why = NOT_SIMULATED.includes(element.name)
    ? 'is TwiML, but is not simulated'
    : `is not allowed in <${inside}>`;
  throw new TwimlError(12200, `<${element.name}> ${why}`);
}

/** Twilio documents that name and value together stay under 500 characters; what it does beyond is unverified. */
function checkParameter(element: XmlElement): void {
  const { name, value } = element.attributes;
  if (!name || value === undefined) throw new TwimlError(12200, '<Parameter> needs a name and a value');
  if (name.length + value.length >= LONGEST_PARAMETER) {
    throw new TwimlError(12200, `<Parameter> ${name} has ${LONGEST_PARAMETER} characters or more`);
  }
}

function checkElement(element: XmlElement, shape: Shape, warnings: string[]): void {
  for (const name of Object.keys(element.attributes)) {
    if (!shape.attributes.includes(name)) warnings.push(`${name} is not an attribute of <${element.name}>`);
  }
  if (element.name === 'Parameter') checkParameter(element);
  if (element.name === 'Stream') checkTrack(element);
  for (const child of elementsOf(element)) {
    checkElement(child, shapeOf(child, shape.nouns ?? [], element.name), warnings);
  }
}

function checkTrack(element: XmlElement): void {
  const { track } = element.attributes;
  if (track !== undefined && track !== 'inbound_track') {
    throw new TwimlError(31941, `track ${track} is not possible under <Connect>`);
  }
}

function parse(text: string): XmlElement {
  try {
    return readXml(text);
  } catch (error) {
    if (error instanceof XmlError) throw new TwimlError(12100, error.message);
    throw error;
  }
}

/** @throws TwimlError with Twilio's code when the document cannot be run */
export function readTwiml(text: string): TwimlDocument {
  if (text.trim() === '') throw new TwimlError(11770, 'the document is empty');
  const root = parse(text);
  if (root.name !== 'Response') throw new TwimlError(12100, `the root is <${root.name}>, not <Response>`);
  if (textOf(root) !== '') throw new TwimlError(12200, 'text is not allowed in <Response>');
  const warnings: string[] = [];
  const verbs = elementsOf(root);
  for (const verb of verbs) checkElement(verb, shapeOf(verb, VERBS, 'Response'), warnings);
  return { verbs, warnings };
}
