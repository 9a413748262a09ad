/**
 * The documents for the line of a call: it is connected with its agent, sent on to a person, or told that it is over. Decides nothing.
 */
import { Injectable } from '@nestjs/common';
import { StreamTokens } from '../calls/stream-tokens.js';
import { Environment } from '../config/environment.js';
import type { Call } from '../core/call/call.js';
import { ownWords } from '../core/speech/own-words.js';
import { socketBase } from './twilio-signature.js';
import { apologise, connectStream, hangUp, redirectTo } from './twiml.documents.js';

@Injectable()
export class LineDocuments {
  constructor(
    private readonly environment: Environment,
    private readonly tokens: StreamTokens,
  ) {}

  /** Connects the line with the agent, for the first time or again. @param variables of this line, beside those of the call */
  async connect(call: Call, variables: Readonly<Record<string, string>> = {}): Promise<string> {
    const base = this.environment.PUBLIC_URL;
    const token = await this.tokens.issue(call.id);
    return connectStream({
      streamUrl: `${socketBase(base)}/stream/${token}`,
      actionUrl: `${base}/twiml/next?call=${call.id}`,
      statusUrl: `${base}/twilio/stream?call=${call.id}`,
      variables: { ...variables, ...call.variables },
    });
  }

  /** Asks for the document of a transfer. */
  transfer({ id }: Call, transferId: string): string {
    return redirectTo(`${this.environment.PUBLIC_URL}/twiml/transfer?call=${id}&transfer=${transferId}`);
  }

  /** What a line hears whose call is over: an apology where the service failed its caller, or nothing. */
  lastWords(call: Call): string {
    const failed = call.endReason === 'agent-failed' || call.endReason === 'stream-failed';
    return failed ? this.apology(call) : hangUp();
  }

  /** In the language of the call. @param call undefined for a line that never became one */
  apology(call?: Pick<Call, 'overrides'>): string {
    const { APOLOGY_MESSAGE, CALL_LANGUAGE } = this.environment;
    return apologise(ownWords('apology', call?.overrides.language ?? CALL_LANGUAGE, APOLOGY_MESSAGE));
  }
}
