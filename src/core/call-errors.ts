/**
 * Errors of calls under way, as they stand on their records and in the answers to requests about them.
 */
import type { CatalogueEntry } from './error-catalogue.js';

export const CALL_ERRORS = {
  'carrier-refused': {
    status: 422,
    title: 'Twilio refused to place the call.',
    mend: 'See `detail` for the reason Twilio gave and its error code.',
    retryable: false,
  },
  'carrier-unreachable': {
    status: 502,
    title: 'Twilio could not be reached, or did not answer.',
    mend: 'Look at the call before repeating: whether the phone rings is unknown when an answer was lost.',
    retryable: true,
  },
  'stream-never-came': {
    status: 504,
    title: 'The call was answered but Twilio never opened the media stream.',
    mend: 'Check that PUBLIC_URL passes WebSocket upgrades; Twilio logs 31920 and its kin.',
    retryable: true,
  },
  'stream-lost': {
    status: 502,
    title: 'The media stream broke off.',
    mend: 'Look for restarts, proxies that time out, or network trouble.',
    retryable: true,
  },
  'stream-format': {
    status: 422,
    title: 'The media stream is not mu-law at 8000 Hz, mono.',
    mend: 'Remove audioFormat and sampleRate from the <Stream> element.',
    retryable: false,
  },
  'stream-overloaded': {
    status: 503,
    title: 'A peer took too long to read its audio and was cut off.',
    mend: 'Look at the network between this service and the peer named in `detail`.',
    retryable: true,
  },
  'agent-unauthorized': {
    status: 502,
    title: 'ElevenLabs refused the API key.',
    mend: 'Check ELEVENLABS_API_KEY and that it may use agents (convai).',
    retryable: false,
  },
  'agent-not-found': {
    status: 502,
    title: 'ElevenLabs knows no such agent.',
    mend: 'Check agentId or ELEVENLABS_AGENT_ID, and that ELEVENLABS_API_URL is the region where the agent was made.',
    retryable: false,
  },
  'agent-unreachable': {
    status: 502,
    title: 'ElevenLabs could not be reached, or did not answer in time.',
    mend: 'Try again; check the network and the status page of ElevenLabs.',
    retryable: true,
  },
  'agent-busy': {
    status: 503,
    title: 'ElevenLabs has no free conversation for this agent.',
    mend: 'Raise the concurrency of the plan or the agent, or place fewer calls at once.',
    retryable: true,
  },
  'agent-quota': {
    status: 502,
    title: 'The ElevenLabs account has used up its quota.',
    mend: 'Add credit or raise the limit of the API key.',
    retryable: false,
  },
  'agent-missing-variable': {
    status: 422,
    title: 'The agent needs a variable that the call does not have.',
    mend: 'Pass the variable named in `detail` in `variables`.',
    retryable: false,
  },
  'agent-override-refused': {
    status: 422,
    title: 'The agent does not allow one of the overrides.',
    mend: 'Allow the override in the security settings of the agent, or leave it out.',
    retryable: false,
  },
  'agent-format': {
    status: 422,
    title: 'The agent does not speak or hear mu-law at 8000 Hz.',
    mend: 'Set the agent: conversation_config.asr.user_input_audio_format and conversation_config.tts.agent_output_audio_format to ulaw_8000.',
    retryable: false,
  },
  'agent-lost': {
    status: 502,
    title: 'The conversation with the agent broke off.',
    mend: 'See `detail` for the close code and reason that ElevenLabs gave.',
    retryable: true,
  },
  'tools-refused': {
    status: 502,
    title: 'ElevenLabs refused a tool, or told of tools in a way that was not understood.',
    mend: 'Read `detail`, which has the words of ElevenLabs, and correct the options of the tool that it names.',
    retryable: false,
  },
  'service-lost': {
    status: 500,
    title: 'The process that carried the call ended without warning.',
    mend: 'Look at the log and the memory of the replica; the call is on record up to its last second.',
    retryable: true,
  },
} as const satisfies Record<string, CatalogueEntry>;
