# A Cairn server, for a folder or for PostgreSQL and a bucket: docker build -t cairn .
FROM node:22-slim AS build
WORKDIR /source
COPY . .
RUN npm ci && npm run build && mkdir /packs && npm pack --pack-destination=/packs \
  -w packages/core -w packages/file -w packages/store -w packages/remote -w packages/server -w packages/sdk \
  -w packages/s3 -w packages/gs -w packages/cli

FROM node:22-slim
WORKDIR /cairn
COPY --from=build /packs /packs
RUN npm init -y && npm install --omit=dev /packs/*.tgz pg@8 && npm cache clean --force
USER node
ENV CAIRN_CONFIG_DIR=/tmp/cairn
EXPOSE 8787
HEALTHCHECK CMD ["node", "-e", "fetch('http://127.0.0.1:8787/healthz').then(({ ok }) => process.exit(ok ? 0 : 1))"]
ENTRYPOINT ["node", "/cairn/node_modules/@cairn/cli/dist/bin.js"]
CMD ["serve", "--bind", "0.0.0.0"]
