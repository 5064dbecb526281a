# Becomes nginx. One before 1.27.3 does not know `resolve`; it asks for the gateways' addresses when it starts, and not again.
set -eu
cp /etc/nginx/nginx.conf /tmp/nginx.conf
nginx -t -q -c /tmp/nginx.conf 2>/dev/null || sed -i 's/ resolve / /' /tmp/nginx.conf
exec nginx -c /tmp/nginx.conf -g 'daemon off;'
