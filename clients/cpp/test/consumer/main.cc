#include <qrlogin/client.h>

#include <iostream>

int main() {
  qrlogin::ClientOptions options;
  options.address = "127.0.0.1:50051";
  qrlogin::AppClient client(options, {"demo-app", "demo-secret"});
  client.Close();
  std::cout << qrlogin::CodeChallengeOf(qrlogin::CreateCodeVerifier()).size() << std::endl;
}
