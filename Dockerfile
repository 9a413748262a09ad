# Two images from one file. The last stage is the service: built files, production packages, no compiler, no simulators.
# `--target simulators` is for docker-compose.yml: the same build with the simulators of Twilio and ElevenLabs.

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No package of this project needs its install script.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npx nest build

FROM node:20-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# The embedded Postgres is an optional package: there is one for each platform. TypeScript is an optional peer of
# @nestjs/swagger that nothing here runs.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && rm -rf node_modules/typescript node_modules/.bin/tsc*

FROM build AS program
# What only development needs stays out of the service's image.
RUN rm -rf dist/simulators dist/documents dist/bench && find dist -name '*.map' -delete

FROM build AS simulators
USER node
ENTRYPOINT ["node", "dist/simulators/simulate.js"]
CMD ["twilio", "--host", "0.0.0.0", "--port", "4010"]

FROM node:20-bookworm-slim AS service
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=program /app/dist ./dist
COPY package.json LICENSE ./
# The embedded Postgres and recordings, unless DATABASE_URL and a volume of your own say otherwise.
ENV DATA_DIR=/data
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 3000
# Liveness and not readiness: a replica that drains is not ready, and must not be replaced before its calls have ended.
HEALTHCHECK --interval=15s --timeout=4s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health/live`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Node is process 1 and takes SIGTERM itself. Give it as long as calls last: `docker stop --time` above DRAIN_TIMEOUT_SECONDS.
CMD ["node", "dist/main.js"]
