/**
 * What happens on a socket before the conversation proper: the metadata, and the scripted faults of that time (late or no
 * metadata, the queue, an exhausted quota). Looks at nothing the client sends.
 */
import type { AgentLine } from './agent-line.js';
import type { Alarms } from './alarms.js';
import type { SimulatedConversation } from './simulated-conversation.js';

/** The code after a timed-out queue is not documented; the vendor's widget tests use this one. */
const QUEUE_TIMED_OUT_CODE = 3008;

export interface OpeningParts {
  readonly conversation: SimulatedConversation;
  readonly line: AgentLine;
  readonly alarms: Alarms;
  readonly observe: (what: string, detail: Readonly<Record<string, unknown>>) => void;
  /** While it waits, what the client sends is thrown away. */
  readonly waitInQueue: (waiting: boolean) => void;
}

export class Opening {
  constructor(private readonly parts: OpeningParts) {}

  /** False when the conversation ended here. */
  async pass(): Promise<boolean> {
    await this.announce();
    return this.passFaults();
  }

  /** Metadata goes out as soon as the connection is accepted, whatever the client will send (a vendor's engineer says so). */
  private async announce(): Promise<void> {
    const { script, id } = this.parts.conversation;
    const delayMs = script.faults?.metadataDelayMs ?? 0;
    if (delayMs > 0) await this.parts.alarms.pause(delayMs);
    this.parts.line.send({
      type: 'conversation_initiation_metadata',
      conversation_initiation_metadata_event: {
        conversation_id: id,
        agent_output_audio_format: script.outputFormat ?? 'ulaw_8000',
        user_input_audio_format: script.inputFormat ?? 'ulaw_8000',
      },
    });
  }

  /** False when a fault ended the conversation. */
  private async passFaults(): Promise<boolean> {
    const { queue, quotaAfterMs } = this.parts.conversation.script.faults ?? {};
    if (queue) {
      this.parts.waitInQueue(true);
      this.queueStatus('waiting');
      await this.parts.alarms.pause(queue.waitMs);
      this.parts.waitInQueue(false);
      this.queueStatus(queue.outcome);
      if (queue.outcome === 'timed_out') {
        this.parts.conversation.terminationReason = 'queue timed out';
        this.parts.line.close(QUEUE_TIMED_OUT_CODE, 'Waited too long for a free conversation.');
      }
    }
    if (quotaAfterMs !== undefined && this.parts.line.isOpen) {
      await this.parts.alarms.pause(quotaAfterMs);
      const reason = 'This request exceeds your quota limit.';
      this.parts.conversation.terminationReason = reason;
      this.parts.line.sendError({ shape: 'error_event', code: 1002, name: undefined, message: reason });
      this.parts.line.close(1002, reason);
    }
    return this.parts.line.isOpen;
  }

  private queueStatus(status: string): void {
    this.parts.line.send({ type: 'queue_status', queue_status_event: { status } });
    this.parts.observe('queue', { status });
  }
}
