#!/bin/sh
# In the npm package, which takes no symbolic links, this file stands under each name of the supervisor. It starts the supervisor for this
# machine. On a machine that has none, such as a Mac, the host is the extension itself, and the function starts without a preload.
folder="${0%/*}/../lambda-node-extended"
supervisor="$folder/supervisor-$(uname -s)-$(uname -m)"
[ -x "$supervisor" ] && exec "$supervisor" --as "$0" "$@"

case "${0##*/}" in
  entrypoint) exec "$@" ;;
  with-secrets)
    echo "[with-secrets] ERROR with-secrets runs on Linux on x86-64 and arm64. Leave it out of AWS_LAMBDA_EXEC_WRAPPER here"
    exit 1 ;;
  *) . "$folder/launcher.sh" ;;
esac
