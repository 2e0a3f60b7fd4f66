cat > .env <<END
QRLOGIN_SERVICE=127.0.0.1:50051
APP_ID=demo-app
APP_SECRET=demo-secret
HANDLE_KEY=$(openssl rand -base64 32 | tr '+/' '-_' | tr -d '=')
SESSION_SECRET=$(openssl rand -base64 32)
HOST=127.0.0.1
END
