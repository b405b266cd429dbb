import ExampleSupport

example {}
