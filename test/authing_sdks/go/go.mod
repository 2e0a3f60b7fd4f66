module example.com/shop

go 1.21

require github.com/Authing/authing-golang-sdk/v3 v3.0.19
