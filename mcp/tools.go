package mcp

// tools are what clients can call, in the order in which a model should think of them. A new tool is a file of its own
// and a word here.
var tools = []tool{briefTool, searchTool, readTool, checkTool, documentsTool, changesTool, driftTool, captureTool,
	revisionTool, approveTool, rejectTool}
