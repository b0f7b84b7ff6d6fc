# syntax=docker/dockerfile:1
# The service and its worker (target `service`, the last), and the migrations (target `migrate`), which run before them.
# Node.js strips the types at the start, so the image holds the sources themselves. The processes write to none of its files.

FROM node:24.21.0-trixie-slim AS base
WORKDIR /app

# The packages that generate the client and run the migrations, without the optional binaries.
FROM base AS build
COPY package.json package-lock.json ./
# `hotpath`, a package of this workspace: node_modules has a link to it.
COPY packages packages
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --omit=optional
COPY prisma.config.ts ./
COPY prisma prisma
COPY src src
RUN npx --no-install prisma generate

# Without optional packages, too: the CLI and the compiler are optional peers of the client.
FROM base AS dependencies
COPY package.json package-lock.json ./
COPY packages packages
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --omit=dev --omit=optional

# Migrates the database of DATABASE_URL and the queue as the owner of the tables, grants the service's role its privileges, and
# ends. It must not connect through a pooler.
FROM build AS migrate
ENV NODE_ENV=production CHECKPOINT_DISABLE=1 PRISMA_HIDE_UPDATE_MESSAGE=1
USER node
CMD ["sh", "-ec", "node_modules/.bin/prisma migrate deploy; node src/cli/main.ts jobs install; exec node src/cli/main.ts grants --role hotpath_service --apply"]

FROM base AS service
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/prisma/generated prisma/generated
# The service compares their names with the migrations that the database has.
COPY --from=build /app/prisma/migrations prisma/migrations
COPY package.json package-lock.json ./
COPY packages packages
COPY src src
# The name of the code, such as a version or a commit. Without it the service uses a hash of the copied files.
ARG RELEASE
ENV RELEASE=$RELEASE
# Where a volume for reports may be mounted: the volume takes its owner from here.
RUN install --directory --owner=node --group=node /var/lib/hotpath
USER node
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The worker is the same image with `node src/worker.ts`.
CMD ["node", "src/main.ts"]
