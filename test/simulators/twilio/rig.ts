/** The simulator and a stand-in service side by side, opened and closed with each test. */
import twilio from 'twilio';
import type { CallerScript, CallerStep } from '../../../src/simulators/twilio/caller-script.js';
import type { SimulatedCall } from '../../../src/simulators/twilio/simulated-call.js';
import {
  TwilioSimulator,
  type TwilioSimulatorOptions,
} from '../../../src/simulators/twilio/twilio-simulator.js';
import { StandInService } from './stand-in-service.js';

export const CALLER = '+14155550100';
export const CALLEE = '+14155550123';

export function script(...steps: readonly CallerStep[]): CallerScript {
  return { answer: { kind: 'answers', afterMs: 0 }, steps };
}

export interface Rig {
  readonly simulator: TwilioSimulator;
  readonly service: StandInService;
  readonly client: twilio.Twilio;
  /** Places an incoming call whose first document is that text. */
  readonly incoming: (document: string, script?: CallerScript) => SimulatedCall;
}

/** One rig for each test of the surrounding block. */
export function rigForEach(options: TwilioSimulatorOptions = {}): () => Rig {
  let rig: Rig | undefined;
  beforeEach(async () => {
    const simulator = await TwilioSimulator.start(options);
    const service = await StandInService.start(simulator.authToken);
    const client = twilio(simulator.accountSid, simulator.authToken);
    client.api.baseUrl = simulator.url;
    rig = {
      simulator,
      service,
      client,
      incoming: (document, played = script()) => {
        service.replies.set('/voice', () => document);
        return simulator.placeInbound({
          voiceUrl: `${service.url}/voice`,
          from: CALLER,
          to: CALLEE,
          script: played,
          statusCallback: `${service.url}/status`,
        });
      },
    };
  });
  afterEach(async () => {
    await rig?.simulator.stop();
    await rig?.service.stop();
    rig = undefined;
  });
  return () => {
    if (!rig) throw new Error('the rig exists only during a test');
    return rig;
  };
}
