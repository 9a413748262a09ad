/**
 * What becomes of each message of an ElevenLabs agent: translated into an event of the `AgentEvents` port, or handed to the
 * socket's own control.
 */
import type { AgentEvents } from '../core/bridge/legs.js';
import { isPaddedBase64 } from '../protocol/base64-text.js';
import type { AgentError, FromAgent } from '../protocol/elevenlabs/conversation.messages.js';

/** What concerns the socket itself. */
export interface SocketControl {
  pong(eventId: number): void;
  started(conversationId: string, inputFormat: string, outputFormat: string): void;
  queueMoved(status: string): void;
  errorTold(error: AgentError): void;
  odd(kind: 'ignored' | 'malformed'): void;
}

export function deliver(message: FromAgent, events: AgentEvents, control: SocketControl): void {
  switch (message.type) {
    case 'audio': {
      const { audio_base_64: payload, event_id: eventId, alignment } = message.audio_event;
      // Twilio would play nothing of it, and the ledger would wait for it to be heard.
      if (isPaddedBase64(payload)) events.agentAudio(payload, eventId, alignment?.chars.join(''));
      else control.odd('malformed');
      break;
    }
    case 'ping': {
      control.pong(message.ping_event.event_id);
      break;
    }
    case 'interruption': {
      events.interrupted(message.interruption_event.event_id);
      break;
    }
    case 'user_transcript': {
      const { user_transcript: text, event_id: eventId } = message.user_transcription_event;
      events.callerSaid(text, eventId);
      break;
    }
    case 'agent_response': {
      events.agentSaid(message.agent_response_event.agent_response, message.agent_response_event.event_id);
      break;
    }
    case 'agent_response_correction': {
      const { corrected_agent_response: text, event_id: eventId } = message.agent_response_correction_event;
      events.agentCorrected(text, eventId);
      break;
    }
    default: {
      deliverControl(message, events, control);
    }
  }
}

/** What comes a few times in a call. */
function deliverControl(message: FromAgent, events: AgentEvents, control: SocketControl): void {
  switch (message.type) {
    case 'conversation_initiation_metadata': {
      const event = message.conversation_initiation_metadata_event;
      control.started(event.conversation_id, event.user_input_audio_format, event.agent_output_audio_format);
      break;
    }
    case 'client_tool_call': {
      const {
        tool_call_id: id,
        tool_name: name,
        parameters: input,
        expects_response: expectsResponse,
      } = message.client_tool_call;
      events.toolCalled({ id, name, input, expectsResponse });
      break;
    }
    case 'agent_tool_response': {
      const {
        tool_name: name,
        is_error: isError,
        is_blocked: isBlocked,
        is_called: isCalled,
      } = message.agent_tool_response;
      if (name === 'end_call' && isCalled && !isError && !isBlocked) events.agentEnding();
      break;
    }
    case 'queue_status': {
      control.queueMoved(message.queue_status_event.status);
      break;
    }
    case 'error': {
      control.errorTold(message);
      break;
    }
    default: {
      // agent_response_complete and vad_score: ends of generation and loudness, of no use to the line.
      control.odd('ignored');
    }
  }
}
