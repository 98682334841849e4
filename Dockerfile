# Targets: extended (the default), extended-separate, extensions. Built without "# syntax=", --mount and COPY --chmod, so that
# the classic builder of Docker 20.10 can do it too.
ARG BASE_IMAGE=public.ecr.aws/lambda/nodejs:24
ARG RUST_IMAGE=public.ecr.aws/docker/library/rust:1-alpine

# One static file, without dependencies, so that no registry is asked.
FROM $RUST_IMAGE AS supervisor
WORKDIR /build
COPY supervisor ./
RUN RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --locked

FROM $BASE_IMAGE AS build
# For networks with a registry and a certificate authority of their own; the file is the one AWS keeps in its base images.
ARG NPM_CONFIG_REGISTRY
ARG NODE_EXTRA_CA_CERTS=/var/runtime/ca-cert.pem
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# The modes of the checkout must not reach the image: on Lambda another user than root reads these files.
COPY --from=supervisor /build/target/release/supervisor /supervisor
RUN SUPERVISOR=/supervisor npm run build && chmod -R u=rwX,go=rX dist/opt dist/opt-separate

# Only /opt, for images that bring their own Node.js: COPY --from=… /opt /opt
FROM scratch AS extensions
COPY --from=build /build/dist/opt/ /opt/

FROM $BASE_IMAGE AS extended-separate
LABEL org.opencontainers.image.title="lambda-node-extended" \
      org.opencontainers.image.description="AWS Lambda's Node.js base image with extensions, each in a process of its own" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /build/dist/opt-separate/ /opt/

FROM $BASE_IMAGE AS extended
LABEL org.opencontainers.image.title="lambda-node-extended" \
      org.opencontainers.image.description="AWS Lambda's Node.js base image with extensions in one process" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /build/dist/opt/ /opt/
