#!/bin/sh
# The file that Lambda starts from /opt/extensions. Its name is the extension's name. No command that forks: it delays every cold start.
unset NODE_OPTIONS AWS_LAMBDA_EXEC_WRAPPER
ulimit -c 0

for node in /var/lang/bin/node "$(command -v node)"; do
  [ -x "$node" ] && exec "$node" --max-semi-space-size=1 "${0%/*}/../lambda-node-extended/host.cjs" "${0##*/}"
done
echo "[lambda-node-extended] ERROR no Node.js: neither /var/lang/bin/node nor node on the PATH ($PATH); use a base image with Node.js 22 or newer"
exit 127
