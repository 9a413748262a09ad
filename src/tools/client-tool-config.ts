/**
 * A tool as ElevenLabs takes it: `ClientToolConfig` of its OpenAPI (2026-08-22). Everything is said, also what equals the vendor's
 * default, so that a default that changes there changes nothing here.
 */
import type { DescribedTool } from './described-tools.js';
import type { SettledOptions } from './tool-options.js';
import type { AgentSchema } from './tool-schema.js';

export interface ClientToolConfig {
  readonly type: 'client';
  readonly name: string;
  readonly description: string;
  readonly parameters: AgentSchema;
  readonly expects_response: boolean;
  readonly response_timeout_secs: number;
  readonly execution_mode: SettledOptions['executionMode'];
  readonly pre_tool_speech: SettledOptions['preToolSpeech'];
  readonly tool_call_sound: SettledOptions['toolCallSound'];
  readonly tool_call_sound_behavior: SettledOptions['toolCallSoundBehavior'];
  readonly interruption_mode: SettledOptions['interruptionMode'];
  readonly tool_error_handling_mode: SettledOptions['toolErrorHandlingMode'];
  readonly assignments: readonly {
    readonly source: 'response';
    readonly dynamic_variable: string;
    readonly value_path: string;
    readonly sanitize: boolean;
    readonly preserve_native_type: boolean;
  }[];
}

export function clientToolConfig({ options, schema }: DescribedTool): ClientToolConfig {
  return {
    type: 'client',
    name: options.name,
    description: options.description,
    parameters: schema,
    expects_response: options.expectsResponse,
    response_timeout_secs: options.responseTimeoutSeconds,
    execution_mode: options.executionMode,
    pre_tool_speech: options.preToolSpeech,
    tool_call_sound: options.toolCallSound,
    tool_call_sound_behavior: options.toolCallSoundBehavior,
    interruption_mode: options.interruptionMode,
    tool_error_handling_mode: options.toolErrorHandlingMode,
    assignments: options.assignments.map((assignment) => ({
      source: 'response',
      dynamic_variable: assignment.dynamicVariable,
      value_path: assignment.valuePath,
      sanitize: assignment.sanitize ?? false,
      preserve_native_type: assignment.preserveNativeType ?? false,
    })),
  };
}
