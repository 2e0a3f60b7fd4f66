package dev.qrlogin.kotlin
