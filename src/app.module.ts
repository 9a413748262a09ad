/**
 * The list of features.
 */
import { Module, type DynamicModule } from '@nestjs/common';
import { AgentModule } from './agent/agent.module.js';
import { BillingModule } from './billing/billing.module.js';
import { CallsModule } from './calls/calls.module.js';
import { EnvironmentModule } from './config/config.module.js';
import { McpModule } from './mcp/mcp.module.js';
import { MediaStreamModule } from './media-stream/media-stream.module.js';
import { OperatorModule } from './operator/operator.module.js';
import { OpsModule } from './ops/ops.module.js';
import type { Siblings } from './ops/siblings.js';
import { OutwardModule } from './outward/outward.module.js';
import { PersistenceModule } from './persistence/persistence.module.js';
import { PrivacyModule } from './privacy/privacy.module.js';
import { TimelineModule } from './timeline/timeline.module.js';
import { ToolsModule } from './tools/tools.module.js';
import { TwimlModule } from './twiml/twiml.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

@Module({})
export class AppModule {
  /**
   * @param variables Read instead of `process.env` and `.env`, where given.
   * @param extra Modules of an application, such as those that list its tools.
   * @param siblings The other processes, where this one is one of several.
   * @throws EnvironmentError
   */
  static async read(
    variables?: Readonly<Record<string, string>>,
    extra: NonNullable<DynamicModule['imports']> = [],
    siblings?: Siblings,
  ): Promise<DynamicModule> {
    return {
      module: AppModule,
      imports: [
        await EnvironmentModule.read(variables),
        siblings ? OpsModule.beside(siblings) : OpsModule,
        OutwardModule,
        PersistenceModule,
        CallsModule,
        TimelineModule,
        WebhooksModule,
        TwimlModule,
        AgentModule,
        ToolsModule,
        McpModule,
        MediaStreamModule,
        OperatorModule,
        BillingModule,
        PrivacyModule,
        ...extra,
      ],
    };
  }
}
