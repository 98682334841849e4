# Targets: extended (the default), extended-separate, extensions, dev. This file uses neither "# syntax=", --mount nor COPY --chmod,
# so the classic builder of Docker 20.10 can build it.
# What a Dockerfile cannot know, such as the version and the base's digest, scripts/image-labels.ts adds.
# Both tags move: AWS patches what is behind them. A release names them by digest, as name:tag@sha256:…; see CONTRIBUTING.md.
ARG BASE_IMAGE=public.ecr.aws/lambda/nodejs:24
ARG RUST_IMAGE=public.ecr.aws/docker/library/rust:1-alpine

# One static file. It has no dependencies, so the build asks no registry.
FROM $RUST_IMAGE AS supervisor
WORKDIR /build
COPY supervisor ./
RUN RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --locked

FROM $BASE_IMAGE AS build
# For networks with their own registry and certificate authority. AWS's base images have this file.
ARG NPM_CONFIG_REGISTRY
ARG NODE_EXTRA_CA_CERTS=/var/runtime/ca-cert.pem
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY toolchain/package.json toolchain/
RUN npm ci
COPY . .
COPY --from=supervisor /build/target/release/supervisor /supervisor
RUN SUPERVISOR=/supervisor npm run build
# The Node.js of the image compiles the code: V8 refuses code that another version compiled.
RUN for opt in dist/opt dist/opt-separate; do node --random-seed=1 $opt/lambda-node-extended/host.cjs --write-code-cache; done
# Lambda reads these files as another user than root, so the file modes of the checkout must not reach the image.
RUN chmod -R u=rwX,go=rX dist/opt dist/opt-separate dist/emulator

# Only /opt, for images that bring their own Node.js: COPY --from=… /opt /opt
FROM scratch AS extensions
LABEL org.opencontainers.image.title="lambda-node-extended" \
      org.opencontainers.image.description="Extensions for AWS Lambda, to copy into an image with a Node.js of its own" \
      org.opencontainers.image.source="https://github.com/org/lambda-node-extended" \
      org.opencontainers.image.documentation="https://github.com/org/lambda-node-extended#readme" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /build/dist/opt/ /opt/

FROM $BASE_IMAGE AS extended-separate
LABEL org.opencontainers.image.title="lambda-node-extended" \
      org.opencontainers.image.description="AWS Lambda's Node.js base image with extensions, each in a process of its own" \
      org.opencontainers.image.source="https://github.com/org/lambda-node-extended" \
      org.opencontainers.image.documentation="https://github.com/org/lambda-node-extended#readme" \
      org.opencontainers.image.licenses="Apache-2.0"
# Without it Lambda publishes no version with SnapStart of an image that does not wait for the restore by itself. Ours does, by the
# preload. Images that start FROM this one inherit the label: docs/snapstart.md.
LABEL com.amazonaws.lambda.feature.snapstart="Allow"
COPY --from=build /build/dist/opt-separate/ /opt/
ENTRYPOINT ["/opt/lambda-node-extended/entrypoint", "/lambda-entrypoint.sh"]

FROM $BASE_IMAGE AS combined
LABEL org.opencontainers.image.title="lambda-node-extended" \
      org.opencontainers.image.description="AWS Lambda's Node.js base image with extensions in one process" \
      org.opencontainers.image.source="https://github.com/org/lambda-node-extended" \
      org.opencontainers.image.documentation="https://github.com/org/lambda-node-extended#readme" \
      org.opencontainers.image.licenses="Apache-2.0"
# As for extended-separate.
LABEL com.amazonaws.lambda.feature.snapstart="Allow"
COPY --from=build /build/dist/opt/ /opt/
# AWS's own, behind what puts the preload into NODE_OPTIONS where a part of it is on.
ENTRYPOINT ["/opt/lambda-node-extended/entrypoint", "/lambda-entrypoint.sh"]

# The same function and extensions on our emulator in place of AWS's, on the same port.
FROM combined AS dev
LABEL org.opencontainers.image.description="AWS Lambda's Node.js base image with extensions, on the emulator of this project"
COPY --from=build /build/dist/emulator/ /var/emulator/
ENTRYPOINT ["/var/lang/bin/node", "--", "/var/emulator/main.mjs", "dev", "--inherit-env", \
            "--address", "0.0.0.0", "--timeout", "300", "--memory", "3008", \
            "--function-dir", "/var/task", "--opt-dir", "/opt", "--runtime-command", "/var/runtime/bootstrap", "--handler"]

FROM combined AS extended
