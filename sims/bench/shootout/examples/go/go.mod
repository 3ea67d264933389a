module regexengine

go 1.19
