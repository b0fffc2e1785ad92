# A Cairn server, over a volume or over PostgreSQL and a bucket; docs/self-hosting.md says how to run it.
#   docker build -t cairn .
FROM node:22-slim AS build
WORKDIR /source
COPY . .
RUN npm ci && npm run build -- --filter=@cairn/cli --filter=@cairn/s3 --filter=@cairn/gs \
  && mkdir /packs && npm pack --pack-destination=/packs \
  -w packages/core -w packages/file -w packages/store -w packages/remote -w packages/server -w packages/sdk \
  -w packages/s3 -w packages/gs -w packages/cli

FROM node:22-slim
WORKDIR /cairn
COPY --from=build /packs /packs
RUN npm init -y && npm install --omit=dev /packs/*.tgz pg@8 && npm cache clean --force \
  && mkdir /data && chown node:node /data
# The user node; Kubernetes tells by the number that it is not root.
USER 1000
# A store that is no bucket is here: mount a volume.
WORKDIR /data
ENV CAIRN_CONFIG_DIR=/tmp/cairn CAIRN_CACHE_DIR=/tmp/cairn/cache
EXPOSE 8787
HEALTHCHECK CMD ["node", "-e", "fetch('http://127.0.0.1:8787/healthz').then(({ ok }) => process.exit(ok ? 0 : 1))"]
ENTRYPOINT ["node", "/cairn/node_modules/@cairn/cli/dist/bin.js"]
CMD ["serve", "--bind", "0.0.0.0"]
