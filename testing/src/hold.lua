core.register_action("hold", { "http-req" }, function() core.msleep(300) end)
