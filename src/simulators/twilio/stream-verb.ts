/**
 * `<Connect><Stream>`: opens the stream that the element describes, reports it to the stream's own callback, and turns failures
 * into entries of the error log, after which the document goes on. The stream itself is played elsewhere.
 */
import type { CallWebhooks } from './call-webhooks.js';
import { MediaStream } from './media-stream.js';
import type { Pacer } from './pacer.js';
import { newSid } from './sid.js';
import type { SimulatedCall } from './simulated-call.js';
import { readStreamAddress, StreamFailed } from './stream-address.js';
import { targetOf, type Resolver } from './twiml-interpreter.js';
import { elementsOf, type XmlElement } from './xml-reader.js';

export interface StreamVerbOptions {
  readonly call: SimulatedCall;
  readonly webhooks: CallWebhooks;
  readonly pacer: Pacer;
  readonly authToken: string;
  readonly connectTo: Readonly<Record<string, string>>;
  readonly now: () => number;
  readonly onHangUp: () => void;
  readonly onStart: () => void;
}

type StreamEvent = 'stream-started' | 'stream-stopped' | 'stream-error';

function parametersOf(element: XmlElement): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const { attributes } of elementsOf(element)) {
    parameters[attributes['name'] ?? ''] = attributes['value'] ?? '';
  }
  return parameters;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The stream's own callback; nobody is told when the element names none. */
function reporter(
  element: XmlElement,
  resolve: Resolver,
  streamSid: string,
  { call, webhooks, now }: StreamVerbOptions,
): (event: StreamEvent, error?: string) => void {
  const callback = targetOf(element, resolve, 'statusCallback', 'statusCallbackMethod');
  return (event, error) => {
    if (!callback) return;
    const params: Record<string, string> = {
      AccountSid: call.accountSid,
      CallSid: call.sid,
      StreamSid: streamSid,
      StreamName: element.attributes['name'] ?? streamSid,
      StreamEvent: event,
      // ISO 8601, unlike the timestamps of the call's callbacks.
      Timestamp: new Date(now()).toISOString(),
    };
    if (error !== undefined) params['StreamError'] = error;
    webhooks.track(webhooks.tell({ kind: 'stream-status', ...callback, params }));
  };
}

/** Resolves when the stream is over, whoever ended it, or did not come about. */
export async function runStreamVerb(
  element: XmlElement,
  resolve: Resolver,
  options: StreamVerbOptions,
  signal: AbortSignal,
): Promise<void> {
  const { call, pacer, authToken, onHangUp } = options;
  const streamSid = newSid('MZ');
  const report = reporter(element, resolve, streamSid, options);
  const faults = call.script.stream ?? {};
  if (faults.neverOpens) {
    await untilAborted(signal);
    return;
  }
  const onStart = (): void => {
    options.onStart();
    report('stream-started');
  };
  try {
    const address = readStreamAddress(element.attributes['url'], options.connectTo);
    const customParameters = parametersOf(element);
    const stream = new MediaStream({
      call,
      streamSid,
      address,
      customParameters,
      authToken,
      pacer,
      faults,
      onHangUp,
      onStart,
    });
    call.streams.push(stream);
    await stream.run(signal);
    report('stream-stopped');
  } catch (error) {
    if (signal.aborted || !(error instanceof StreamFailed)) throw error;
    call.warn(error.code, error.message);
    call.note('stream-error', { code: error.code, detail: error.message });
    report('stream-error', `${error.code} ${error.message}`);
  }
}
