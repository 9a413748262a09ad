/**
 * Sorts what both simulators tell into calls: a page for each, whoever placed it. The line and the conversation know nothing of
 * each other; what joins them is the service's own call id, which stands in the document that it answers Twilio and among the
 * variables that it gives the agent.
 */
import type { Observation } from '../observation.js';

export interface CallPage {
  /** Counts from 1. */
  readonly number: number;
  /** Twilio's id of the line. */
  readonly callSid: string;
  /** The service's id; undefined until it has answered Twilio. */
  callId: string | undefined;
  /** ElevenLabs' id; undefined until the agent has its variables. */
  conversationId: string | undefined;
  readonly observations: Observation[];
}

const CALL_ID = /[?&;]call=(call_\w+)/;

export class CallBook {
  private readonly pages: CallPage[] = [];

  /** @param onObservation told after the observation was written on its page */
  constructor(private readonly onObservation: (page: CallPage, observation: Observation) => void) {}

  observe(observation: Observation): void {
    const page =
      observation.by === 'twilio' ? this.pageOfLine(observation) : this.pageOfConversation(observation);
    // A conversation that nobody began yet belongs to no call.
    if (!page) return;
    page.observations.push(observation);
    this.onObservation(page, observation);
  }

  private pageOfLine({ call, what, detail }: Observation): CallPage {
    let page = this.pages.find(({ callSid }) => callSid === call);
    if (!page) {
      page = {
        number: this.pages.length + 1,
        callSid: call,
        callId: undefined,
        conversationId: undefined,
        observations: [],
      };
      this.pages.push(page);
    }
    if (what === 'twiml') page.callId ??= CALL_ID.exec(String(detail['text']))?.[1];
    return page;
  }

  private pageOfConversation({ call, what, detail }: Observation): CallPage | undefined {
    if (what === 'initiation') {
      const callId = callIdIn(detail['variables']);
      const page = this.pages.find((one) => one.callId !== undefined && one.callId === callId);
      if (page) page.conversationId ??= call;
    }
    return this.pages.find(({ conversationId }) => conversationId === call);
  }
}

function callIdIn(variables: unknown): unknown {
  return typeof variables === 'object' && variables !== null && 'call_id' in variables
    ? variables.call_id
    : undefined;
}
