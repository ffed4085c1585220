out $ sine "220 330" * 0.3
